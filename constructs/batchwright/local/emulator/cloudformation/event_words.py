"""Events of stacks in CloudFormation's words, where ministack tells of another operation or leaves the reason out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.ministack.guard import Hooks

_STACK: Final = "AWS::CloudFormation::Stack"
_UPDATE, _CREATE = "UPDATE_", "CREATE_"


def install(hooks: Hooks) -> None:
    """Hook what records the events of stacks and their resources."""
    stacks = hooks.get(hooks.module("services.cloudformation"), "_stacks")
    hooks.wrap(
        hooks.module("services.cloudformation.stacks"), "_add_event", lambda add: _worded(add, EventWords(stacks))
    )


def _worded(add: Callable[..., None], words: EventWords) -> Callable[..., None]:
    def call(
        stack_id: str,
        stack: str,
        logical_id: str,
        kind: str,
        status: str,
        reason: str = "",
        *about: str,
        **more: str,
    ) -> None:
        if logical_id == stack and kind == _STACK:
            reason = words.of_stack(stack_id, status, reason)
        else:
            status = words.of_resource(stack_id, stack, logical_id, status)
        add(stack_id, stack, logical_id, kind, status, reason, *about, **more)

    return call


class EventWords:
    """Knows which resources the operation on a stack makes, and which of them failed.

    Args:
        stacks: The records of the stacks by name.
    """

    def __init__(self, stacks: Any) -> None:  # noqa: ANN401 - ministack is untyped
        self._stacks = stacks
        self._new: dict[str, set[str]] = {}
        self._failed: dict[str, list[str]] = {}

    def of_resource(self, stack_id: str, stack: str, logical_id: str, status: str) -> str:
        """Return the status of a resource: what is new in an update is created, not updated."""
        new = self._new.setdefault(stack_id, set())
        resources = (self._stacks.get(stack) or {}).get("_resources") or {}
        if status == "UPDATE_IN_PROGRESS" and logical_id not in resources:
            new.add(logical_id)
        if logical_id in new and status.startswith(_UPDATE):
            status = _CREATE + status.removeprefix(_UPDATE)
            if status == "CREATE_COMPLETE" and logical_id in resources:
                resources[logical_id]["ResourceStatus"] = status
        if status == "CREATE_FAILED":
            self._failed.setdefault(stack_id, []).append(logical_id)
        return status

    def of_stack(self, stack_id: str, status: str, reason: str) -> str:
        """Return the reason of a stack's event, and forget the operation when it is over."""
        if status == "ROLLBACK_IN_PROGRESS" and reason == "Rollback requested":
            failed = ", ".join(sorted(set(self._failed.get(stack_id, ()))))
            told = f"The following resource(s) failed to create: [{failed}]. " if failed else ""
            reason = f"{told}Rollback requested by user."
        if not status.endswith("_IN_PROGRESS"):
            self._new.pop(stack_id, None)
            self._failed.pop(stack_id, None)
        return reason
