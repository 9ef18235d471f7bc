"""One AWS::Batch resource: CloudFormation properties to one call of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.emulator import shapes
from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.cloudformation.batch_kinds import BatchKind
    from batchwright.local.emulator.cloudformation.registry import Created, ResourceTypes

# Changes of these go into a running compute environment; any other change of ComputeResources replaces it unless
# ReplaceComputeEnvironment is false.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-computeenvironment.html
_SCALING_PROPERTIES = frozenset({"MaxvCpus", "MinvCpus", "DesiredvCpus"})
_FARGATE_SCALING_PROPERTIES = _SCALING_PROPERTIES | {"SecurityGroupIds", "Subnets"}
# The template may have it from the start, as it says how later updates go; the API takes it with an update only.
_LATEST_IMAGE = "UpdateToLatestImageVersion"
# How the engine says that there is nothing of that name or ARN.
_GONE = "not found"


class BatchResource:
    """A Batch resource that is created, updated in place and deleted."""

    def __init__(
        self,
        *,
        name: str,
        kind: BatchKind,
        handle: Callable[[str, Mapping[str, Any]], dict[str, Any]],
        types: ResourceTypes,
    ) -> None:
        self._name = name
        self._kind = kind
        self._handle = handle
        self._types = types

    def create(self, logical_id: str, props: Mapping[str, Any], stack: str) -> Created:
        """Create it under the user's name or a generated one."""
        name = props.get(self._kind.name) or self._types.physical_name(stack, logical_id)
        return self._create_as(name, logical_id, props, stack)

    def update(
        self, physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack: str, logical_id: str
    ) -> Created:
        """Update in place; a compute environment whose hardware changes gets a successor, as on AWS."""
        if replaces_environment(old, new):
            if new.get(self._kind.name):
                message = (
                    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                    f"Rename {new[self._kind.name]} and update the stack again."
                )
                raise ValueError(message)
            return self._create_as(self._types.new_physical_name(stack, logical_id), logical_id, new, stack)
        changed = self._changed(old, new)
        if changed:
            request = self._request(self._kind.update, logical_id, changed)
            self._call(self._kind.update, {**request, self._kind.key: physical_id})
        return physical_id, self._attributes(physical_id)

    def delete(self, physical_id: str, props: Mapping[str, Any]) -> None:  # noqa: ARG002 - CloudFormation's signature
        """Disable it where AWS asks for that, then delete it; one that is gone already is no error."""
        key = {self._kind.key: physical_id}
        try:
            if self._kind.disable:
                self._handle(self._kind.update, {**key, "state": "DISABLED"})
            self._handle(self._kind.delete, key)
        except BatchError as error:
            if _GONE not in error.message:
                raise self._told(self._kind.delete, error) from error

    def _changed(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        """Return the properties to send; what the template no longer has goes back to its default."""
        removed = {key: value for key, value in self._kind.defaults.items() if key in old and key not in new}
        changed = {
            key: value
            for key, value in {**new, **removed}.items()
            if key not in self._kind.create_only and key != self._kind.name and value != old.get(key)
        }
        resources = changed.get("ComputeResources")
        if resources:
            before = {"MinvCpus": 0, **(old.get("ComputeResources") or {})}
            # The API refuses to be told some members again, such as an allocation strategy that no update can set.
            differing = {key: value for key, value in {"MinvCpus": 0, **resources}.items() if value != before.get(key)}
            changed["ComputeResources"] = differing
        return changed

    def _create_as(self, name: str, logical_id: str, props: Mapping[str, Any], stack: str) -> Created:
        tags = {**self._types.stack_tags(stack), **(props.get("Tags") or {})}
        tagged = {**props, "Tags": tags} if tags else props
        request = self._request(self._kind.create, logical_id, {**tagged, self._kind.name: name})
        arn = str(self._call(self._kind.create, request)[self._kind.arn])
        return arn, self._attributes(arn)

    def _request(self, operation: str, logical_id: str, props: Mapping[str, Any]) -> dict[str, Any]:
        known = {key: value for key, value in props.items() if key not in self._kind.only_cloudformation}
        if self._kind.update == operation and "UpdatePolicy" in props:
            known["UpdatePolicy"] = props["UpdatePolicy"]
        known = _as_the_api_has_it(operation, known)
        try:
            return dict(shapes.to_api(shapes.request("batch", operation), known))
        except shapes.UnknownMemberError as error:
            place = "#/" + error.path.replace(".", "/") if error.path else "#"
            message = (
                f"Properties validation failed for resource {logical_id} with message: "
                f"[{place}: extraneous key [{error.member}] is not permitted]"
            )
            raise ValueError(message) from error

    def _call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._handle(operation, request)
        except BatchError as error:
            raise self._told(operation, error) from error

    def _told(self, operation: str, error: BatchError) -> ValueError:
        """Return an error in CloudFormation's words."""
        return ValueError(
            f'Resource handler returned message: "{error.message} (Service: Batch, Status Code: '
            f'{error.http_status})" ({self._name}, {operation}, {error.code})'
        )

    def _attributes(self, arn: str) -> dict[str, Any]:
        attributes: dict[str, Any] = {self._kind.attribute: arn}
        if self._kind.create == "CreateConsumableResource":
            details = self._call("DescribeConsumableResource", {"consumableResource": arn})
            for name in ("availableQuantity", "createdAt", "inUseQuantity"):
                attributes[name[0].upper() + name[1:]] = details.get(name)
        return attributes


def replaces_environment(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Say whether a compute environment gets a successor because its hardware changes."""
    before, after = old.get("ComputeResources") or {}, new.get("ComputeResources") or {}
    if before == after or str(new.get("ReplaceComputeEnvironment", "true")).lower() == "false":
        return False
    fargate = str(after.get("Type", "")).upper().startswith("FARGATE")
    in_place = _FARGATE_SCALING_PROPERTIES if fargate else _SCALING_PROPERTIES
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return bool(changed - in_place - {_LATEST_IMAGE})


def _as_the_api_has_it(operation: str, props: Mapping[str, Any]) -> dict[str, Any]:
    """Change the few properties that CloudFormation names otherwise than the operation."""
    if operation == "UpdateConsumableResource" and "TotalQuantity" in props:
        return {"Operation": "SET", "Quantity": props["TotalQuantity"]}
    if operation == "CreateComputeEnvironment" and _LATEST_IMAGE in (props.get("ComputeResources") or {}):
        resources = {key: value for key, value in props["ComputeResources"].items() if key != _LATEST_IMAGE}
        return {**props, "ComputeResources": resources}
    return dict(props)
