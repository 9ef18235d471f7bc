"""Links the AWS Batch parts of an application's resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.checks.system.definitions import definition_of
from batchwright.checks.system.environments import environment_of
from batchwright.checks.system.index import Index
from batchwright.checks.system.launch_templates import launch_template_of
from batchwright.checks.system.queues import queue_of
from batchwright.checks.system.submissions import Submissions
from batchwright.checks.system.subnets import Routes
from batchwright.checks.system.system import System

if TYPE_CHECKING:
    from collections.abc import Collection

    from batchwright.checks.templates import Resource


def link(resources: Collection[Resource]) -> System:
    """Build the system of an application's resources; linear in their number."""
    index = Index(resources)

    def every(kind: str) -> tuple[Resource, ...]:
        return index.by_type.get(kind, ())

    launch_templates = {each: launch_template_of(each) for each in every("AWS::EC2::LaunchTemplate")}
    routes = Routes(index)
    subnets = {each: routes.subnet_of(each) for each in every("AWS::EC2::Subnet")}
    environments = {
        each: environment_of(each, index=index, launch_templates=launch_templates, subnets=subnets)
        for each in every("AWS::Batch::ComputeEnvironment")
    }
    queues = {each: queue_of(each, index=index, environments=environments) for each in every("AWS::Batch::JobQueue")}
    definitions = {each: definition_of(each) for each in every("AWS::Batch::JobDefinition")}
    return System(
        resources=index.by_type,
        environments=tuple(environments.values()),
        queues=tuple(queues.values()),
        definitions=tuple(definitions.values()),
        submissions=Submissions(index, definitions, queues).all(),
        launch_templates=launch_templates,
        subnets=subnets,
    )
