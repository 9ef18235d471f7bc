"""AWS::Batch::* resources: CloudFormation properties to one call of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.cloudformation.batch_kinds import KINDS
from batchwright.local.emulator.cloudformation.batch_resource import BatchResource, replaces_environment
from batchwright.local.emulator.cloudformation.job_definition import JobDefinitionResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.emulator.cloudformation.registry import ResourceTypes
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.ministack.guard import Hooks

# A change of one of these makes a new resource, of whatever type has it.
_REPLACING = (
    "EksConfiguration",
    "JobQueue",
    "JobQueueType",
    "ResourceType",
    "ServiceEnvironmentType",
    "Tags",
    "Type",
)


def install(hooks: Hooks, context: EmulatorContext, types: ResourceTypes) -> None:
    """Register the AWS::Batch types."""
    region = hooks.get(hooks.module("core.responses"), "get_region")

    def handle(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        return context.engine(region()).handle(operation, request)

    for name, kind in KINDS.items():
        if kind.update:
            handler = BatchResource(name=name, kind=kind, handle=handle, types=types)
            types.register(name, handler, name_property=kind.name, replacing=(kind.name, *_REPLACING))
        else:
            revisions = JobDefinitionResource(name=name, kind=kind, handle=handle, types=types)
            types.register(name, revisions, replacing=(kind.name,))
    types.replaced_when("AWS::Batch::ComputeEnvironment", "ComputeResources", replaces_environment)
