"""AWS::Batch::* resources: CloudFormation properties to one call of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.cloudformation.batch_kinds import KINDS
from batchwright.local.emulator.cloudformation.batch_resource import BatchResource
from batchwright.local.emulator.cloudformation.job_definition import JobDefinitionResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.emulator.cloudformation.registry import ResourceTypes
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.guard import Hooks


def install(hooks: Hooks, context: EmulatorContext, types: ResourceTypes) -> None:
    """Register every AWS::Batch type of the first cut."""
    region = hooks.get(hooks.module("core.responses"), "get_region")

    def handle(operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        return context.engine(region()).handle(operation, request)

    for name, kind in KINDS.items():
        if kind.update:
            handler = BatchResource(name=name, kind=kind, handle=handle, types=types)
            replacing = (kind.name, "Tags", "Type", "ResourceType", "JobQueueType", "EksConfiguration")
            types.register(name, handler, name_property=kind.name, replacing=replacing)
        else:
            revisions = JobDefinitionResource(name=name, kind=kind, handle=handle, types=types)
            types.register(name, revisions, replacing=(kind.name,))
