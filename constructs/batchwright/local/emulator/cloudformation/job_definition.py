"""AWS::Batch::JobDefinition: every update is a new revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.cloudformation.batch_resource import BatchResource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.cloudformation.batch_kinds import BatchKind
    from batchwright.local.emulator.cloudformation.registry import Created, ResourceTypes


class JobDefinitionResource(BatchResource):
    """A job definition: every update is a new revision, and the old one is deregistered unless it is to be kept."""

    def __init__(
        self,
        *,
        name: str,
        kind: BatchKind,
        handle: Callable[[str, Mapping[str, Any]], dict[str, Any]],
        types: ResourceTypes,
    ) -> None:
        super().__init__(name=name, kind=kind, handle=handle, types=types)
        self._kept: dict[str, str] = {}

    def update(
        self, physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack: str, logical_id: str
    ) -> Created:
        """Register a revision under the same name; CloudFormation then deletes the predecessor."""
        comparable = {key: value for key, value in new.items() if key != "ResourceRetentionPolicy"}
        before = {key: value for key, value in old.items() if key != "ResourceRetentionPolicy"}
        if comparable == before:
            return physical_id, self._attributes(physical_id)
        name = physical_id.rsplit("/", 1)[-1].rsplit(":", 1)[0]
        arn, attributes = self._create_as(name, logical_id, new, stack)
        retention = new.get("ResourceRetentionPolicy") or {}
        if str(retention.get("SkipDeregisterOnUpdate", "false")).lower() == "true":
            self._kept[physical_id] = arn
        return arn, attributes

    def delete(self, physical_id: str, props: Mapping[str, Any]) -> None:  # noqa: ARG002 - CloudFormation's signature
        """Deregister the revision, unless an update that is still in force keeps it."""
        successor = self._kept.pop(physical_id, None)
        if successor is None or not self._is_active(successor):
            self._call(self._kind.delete, {self._kind.key: physical_id})

    def _is_active(self, arn: str) -> bool:
        answer = self._call("DescribeJobDefinitions", {"jobDefinitions": [arn], "status": "ACTIVE"})
        return any(entry.get("status") == "ACTIVE" for entry in answer.get("jobDefinitions", []))
