"""Consumable resources: licenses and the like, of which running jobs hold some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.names import Names, check_name, name_matches
from batchwright.local.engine.api.paging import page
from batchwright.local.engine.api.records import RecordStore
from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from batchwright.local.engine.clocks.clock import Clock

_TYPES: Final = ("REPLENISHABLE", "NON_REPLENISHABLE")
_OPERATIONS: Final = ("SET", "ADD", "REMOVE")
_NAME_FILTER: Final = "CONSUMABLE_RESOURCE_NAME"
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateConsumableResource.html
_TOKEN_SECONDS: Final = 8 * 3600.0
_MAX_TOKEN: Final = 64


@dataclass(slots=True, kw_only=True)
class ConsumableResource:
    """A consumable resource; `in_use` counts what jobs hold."""

    name: str
    arn: str
    record: dict[str, Any]
    in_use: int = 0

    @property
    def total(self) -> int:
        """All units, those in use too."""
        return int(self.record["totalQuantity"])

    @property
    def available(self) -> int:
        """Units that a job can take now."""
        return max(0, self.total - self.in_use)

    def take(self, quantity: int) -> None:
        """Let a job hold some units."""
        self.in_use += quantity

    def give_back(self, quantity: int) -> None:
        """End a job's hold: a replenishable resource can be taken again, of another one the units are gone."""
        self.in_use -= quantity
        if self.record["resourceType"] == "NON_REPLENISHABLE":
            self.record = {**self.record, "totalQuantity": max(0, self.total - quantity)}


Needs = tuple[tuple[ConsumableResource, int], ...]


class ConsumableResources:
    """The operations on consumable resources.

    Args:
        names: Forms the ARNs.
        clock: Dates them, and forgets client tokens.
        changed: Called when a quantity may have grown.
        needed: Says whether a job that has not ended needs a resource.
    """

    def __init__(
        self,
        *,
        names: Names,
        clock: Clock,
        changed: Callable[[], None],
        needed: Callable[[ConsumableResource], bool],
    ) -> None:
        self._names = names
        self._clock = clock
        self._changed = changed
        self._needed = needed
        self._tokens: dict[str, tuple[float, Mapping[str, Any]]] = {}
        self.store: RecordStore[ConsumableResource] = RecordStore(label="ConsumableResource")

    def create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """CreateConsumableResource."""
        name = check_name("consumableResourceName", request["consumableResourceName"])
        kind = str(request.get("resourceType", _TYPES[0])).upper()
        if kind not in _TYPES:
            raise BatchError(f"resourceType is {kind!r}, but must be one of {', '.join(_TYPES)}.")
        total = _quantity("totalQuantity", request.get("totalQuantity", 0))
        arn = self._names.arn("consumable-resource", name)
        record = {
            "consumableResourceName": name,
            "consumableResourceArn": arn,
            "totalQuantity": total,
            "resourceType": kind,
            "createdAt": int(self._clock.now() * 1000),
            "tags": dict(request.get("tags", {})),
        }
        self.store.add(ConsumableResource(name=name, arn=arn, record=record))
        return {"consumableResourceName": name, "consumableResourceArn": arn}

    def update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """UpdateConsumableResource. Fewer units than are in use hold back new jobs only."""
        resource = self.store.get(request["consumableResource"])
        if not self._repeated(request):
            total = _changed(resource.total, request)
            self._remember(request)
            resource.record = {**resource.record, "totalQuantity": total}
            self._changed()
        return {
            "consumableResourceName": resource.name,
            "consumableResourceArn": resource.arn,
            "totalQuantity": resource.total,
        }

    def delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DeleteConsumableResource. One that a job waits for or holds cannot be deleted."""
        resource = self.store.get(request["consumableResource"])
        if self._needed(resource):
            raise BatchError(f"Cannot delete, ConsumableResource {resource.name} is needed by jobs that run or wait.")
        self.store.remove(resource)
        return {}

    def describe(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """DescribeConsumableResource."""
        resource = self.store.get(request["consumableResource"])
        return {**resource.record, "inUseQuantity": resource.in_use, "availableQuantity": resource.available}

    def list(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """ListConsumableResources, all of them or those whose name a filter matches."""
        patterns = _patterns(request.get("filters", ()))
        wanted = (
            (position, resource)
            for position, resource in self.store.numbered()
            if not patterns or any(name_matches(pattern, resource.name) for pattern in patterns)
        )
        found, rest = page(wanted, request)
        return {"consumableResources": [_summary(resource) for resource in found], **rest}

    def needs(self, entries: Sequence[Mapping[str, Any]]) -> Needs:
        """Return what a job needs, each resource once, or raise BatchError for one that does not exist."""
        found: dict[str, tuple[ConsumableResource, int]] = {}
        for entry in entries:
            resource = self.store.get(entry["consumableResource"])
            before = found.get(resource.arn, (resource, 0))[1]
            found[resource.arn] = (resource, before + int(entry["quantity"]))
        return tuple(found.values())

    def _repeated(self, request: Mapping[str, Any]) -> bool:
        """Say whether the same request was carried out with the same token before."""
        token = request.get("clientToken")
        if token is None:
            return False
        if not 1 <= len(token) <= _MAX_TOKEN:
            raise BatchError(f"clientToken must have 1 to {_MAX_TOKEN} characters, but has {len(token)}.")
        now = self._clock.now()
        self._tokens = {t: kept for t, kept in self._tokens.items() if now - kept[0] < _TOKEN_SECONDS}
        return token in self._tokens and self._tokens[token][1] == request

    def _remember(self, request: Mapping[str, Any]) -> None:
        if "clientToken" in request:
            self._tokens.setdefault(request["clientToken"], (self._clock.now(), request))


def _changed(total: int, request: Mapping[str, Any]) -> int:
    operation = str(request.get("operation", _OPERATIONS[0])).upper()
    if operation not in _OPERATIONS:
        raise BatchError(f"operation is {operation!r}, but must be one of {', '.join(_OPERATIONS)}.")
    quantity = _quantity("quantity", request.get("quantity", 0))
    if operation == "SET":
        return quantity
    result = total + quantity if operation == "ADD" else total - quantity
    if result < 0:
        raise BatchError(f"quantity is {quantity}, but the resource has a total of {total} to remove it from.")
    return result


def _quantity(field: str, value: int) -> int:
    if value < 0:
        raise BatchError(f"{field} must not be below 0, but is {value}.")
    return value


def _patterns(filters: Sequence[Mapping[str, Any]]) -> list[str]:
    for entry in filters:
        if entry.get("name") != _NAME_FILTER:
            raise BatchError(f"filters: {entry.get('name')!r} is not a filter of this operation; use {_NAME_FILTER}.")
    return [value for entry in filters for value in entry.get("values", ())]


def _summary(resource: ConsumableResource) -> dict[str, Any]:
    record = resource.record
    members = ("consumableResourceArn", "consumableResourceName", "totalQuantity", "resourceType")
    return {**{member: record[member] for member in members}, "inUseQuantity": resource.in_use}
