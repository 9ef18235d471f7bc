"""Resources that have a name and an ARN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from batchwright.local.engine.errors import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Named(Protocol):
    """What a store asks of its resources. `record` is the resource as the Describe operation shows it."""

    name: str
    arn: str
    record: dict[str, Any]


R = TypeVar("R", bound=Named)


class RecordStore(Generic[R]):
    """The resources of one kind in the order of their creation. Not thread-safe: the engine's lock guards it.

    Args:
        label: The kind in error texts, such as `JobQueue`.
    """

    def __init__(self, *, label: str) -> None:
        self._label = label
        self._by_arn: dict[str, R] = {}
        self._by_name: dict[str, R] = {}
        self._positions: dict[str, int] = {}
        self._created = 0

    def add(self, resource: R) -> None:
        """Add a resource; raise BatchError when its name is taken."""
        if resource.name in self._by_name:
            raise BatchError(f"Object already exists: {self._label} {resource.name}")
        self._by_arn[resource.arn] = self._by_name[resource.name] = resource
        self._positions[resource.arn] = self._created
        self._created += 1

    def find(self, ident: str) -> R | None:
        """Return the resource with this name or ARN, or None."""
        return self._by_arn.get(ident) or self._by_name.get(ident)

    def get(self, ident: str) -> R:
        """Return the resource with this name or ARN, or raise BatchError in AWS's words."""
        resource = self.find(ident)
        if resource is None:
            raise BatchError(f"{self._label} {ident} not found.")
        return resource

    def remove(self, resource: R) -> None:
        """Take a resource out."""
        del self._by_arn[resource.arn], self._by_name[resource.name], self._positions[resource.arn]

    def __iter__(self) -> Iterator[R]:
        return iter(self._by_arn.values())

    def numbered(self) -> Iterator[tuple[int, R]]:
        """Yield each resource with a position that never changes, for paging."""
        for arn, resource in self._by_arn.items():
            yield self._positions[arn], resource

    def chosen(self, idents: list[str] | None) -> Iterator[tuple[int, R]]:
        """Yield the named ones that exist, or all when no name is given."""
        wanted = None if not idents else {found.arn for ident in idents if (found := self.find(ident))}
        return ((n, resource) for n, resource in self.numbered() if wanted is None or resource.arn in wanted)
