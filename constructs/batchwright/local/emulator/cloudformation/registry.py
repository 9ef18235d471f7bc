"""Registers resource types with ministack's CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks

Created = tuple[str, dict[str, Any]]
"""A physical id and the attributes for Fn::GetAtt."""


class ResourceType(Protocol):
    """How one resource type is created, updated and deleted."""

    def create(self, logical_id: str, props: Mapping[str, Any], stack: str) -> Created:
        """Create the resource."""
        ...

    def update(
        self, physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack: str, logical_id: str
    ) -> Created:
        """Update in place, or create the successor: a new physical id makes CloudFormation delete the old one."""
        ...

    def delete(self, physical_id: str, props: Mapping[str, Any]) -> None:
        """Delete the resource; one that is gone already is no error."""
        ...


class ResourceTypes:
    """The table of resource types of the running ministack."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._provisioners = hooks.module("services.cloudformation.provisioners")
        self._handlers = hooks.get(self._provisioners, "_RESOURCE_HANDLERS")
        self._ours: set[str] = set()
        self._stacks = hooks.get(hooks.module("services.cloudformation"), "_stacks")
        stacks = hooks.module("services.cloudformation.stacks")
        # Ours may call the server over HTTP, which must not happen on its event loop.
        hooks.wrap(stacks, "_runs_on_worker_thread", lambda old: lambda name: name in self._ours or old(name))
        self._replacing = hooks.get(self._provisioners, "_REPLACING_PROPERTIES")
        self._conditionally = hooks.get(self._provisioners, "_CONDITIONALLY_REPLACING_PROPERTIES")
        self._named = hooks.get(self._provisioners, "_CUSTOM_NAME_REPLACEMENT")

    def register(
        self, name: str, handler: ResourceType, *, name_property: str | None = None, replacing: tuple[str, ...] = ()
    ) -> None:
        """Add a type.

        Args:
            name: For example AWS::Batch::JobQueue.
            handler: What creates, updates and deletes it.
            name_property: The property with the user's own name; with one, a change that needs a replacement fails.
            replacing: Properties whose change creates a new resource.
        """
        table = {
            "create": handler.create,
            "update": handler.update,
            "update_with_logical_id": True,
            "delete": handler.delete,
        }
        self._hooks.put(self._handlers, name, table)
        if replacing:
            self._hooks.put(self._replacing, name, replacing)
        if name_property:
            self._hooks.put(self._named, name, {"name": name_property})
        self._ours.add(name)

    def replaced_when(self, name: str, property_name: str, replaces: Callable[[Any, Any], bool]) -> None:
        """Tell change sets and events of a type that some changes of one property create a new resource.

        Args:
            name: The type.
            property_name: The property.
            replaces: Says of the old and the new properties whether the change does.
        """
        self._hooks.put(self._conditionally, name, (property_name,))
        stacks = self._hooks.module("services.cloudformation.stacks")

        def around(change: Callable[[str, Any, Any], bool]) -> Callable[[str, Any, Any], bool]:
            return lambda kind, old, new: change(kind, old, new) or (kind == name and replaces(old, new))

        self._hooks.wrap(stacks, "_replacing_change", around)

    def known(self, name: str) -> bool:
        """Tell whether ministack or a hook already provides the type."""
        return name in self._handlers

    def table(self, name: str) -> dict[str, Any]:
        """Return a copy of ministack's own functions for a type."""
        if name not in self._handlers:
            self._hooks.get(self._provisioners, f"_RESOURCE_HANDLERS[{name}]")
        return dict(self._handlers[name])

    def override(self, name: str, table: dict[str, Any]) -> None:
        """Set the functions of a type that ministack has."""
        self._hooks.put(self._handlers, name, table)

    def physical_name(self, stack: str, logical_id: str) -> str:
        """Return the name that CloudFormation gives a resource without one."""
        return str(self._hooks.get(self._provisioners, "_physical_name")(stack, logical_id))

    def stack_tags(self, stack: str) -> dict[str, str]:
        """Return the tags of a stack, which its resources get, too."""
        record = self._stacks.get(stack) or {}
        return {str(tag["Key"]): str(tag["Value"]) for tag in record.get("Tags") or ()}

    def new_physical_name(self, stack: str, logical_id: str) -> str:
        """Return a fresh name for a successor; the stack keeps it for later updates."""
        responses = self._hooks.module("core.responses")
        seed = self._hooks.get(self._provisioners, "_NAME_SEED")
        seed.set(self._hooks.get(responses, "new_uuid")()[:8])
        return self.physical_name(stack, logical_id)
