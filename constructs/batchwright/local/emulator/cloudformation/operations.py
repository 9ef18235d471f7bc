"""One operation on a stack at a time: what AWS refuses while another one is in progress."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks

# A stack that is being created, or rolled back after that, is deleted when this has ended.
_ENDS_FIRST = ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS")
_POLL_SECONDS = 0.05

Answer = tuple[int, dict[str, str], bytes]


def install(hooks: Hooks) -> None:
    """Hook the operations that ministack begins whatever the stack is doing."""
    handlers = hooks.module("services.cloudformation.handlers")
    changes = hooks.module("services.cloudformation.changesets")
    table = hooks.get(handlers, "_ACTION_HANDLERS")
    find, change_set = hooks.get(handlers, "_resolve_stack"), hooks.get(changes, "_find_change_set")
    error = hooks.get(handlers, "_error")

    def text(params: Mapping[str, Any], name: str) -> str:
        return str((params.get(name) or [""])[0])

    def named(params: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a stack
        return find(text(params, "StackName"))

    def of_change_set(params: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a stack
        found = change_set(text(params, "ChangeSetName"), text(params, "StackName"))[1]
        return find(found["StackName"]) if found else None

    for action, stack_of, word in (
        ("CreateChangeSet", named, "updated"),
        ("ExecuteChangeSet", of_change_set, "updated"),
        ("DeleteStack", named, "deleted"),
    ):
        hooks.put(table, action, _refusing_busy(table[action], stack_of, word, error))
    hooks.wrap(handlers, "_delete_stack_async", lambda delete: _after_creation(delete, find))


def _refusing_busy(
    handle: Callable[[Mapping[str, Any]], Answer],
    stack_of: Callable[[Mapping[str, Any]], Any],
    word: str,
    error: Callable[[str, str], Answer],
) -> Callable[[Mapping[str, Any]], Answer]:
    def call(params: Mapping[str, Any]) -> Answer:
        stack = stack_of(params)
        status = str(stack.get("StackStatus", "")) if stack else ""
        waits = word == "deleted" and status in (*_ENDS_FIRST, "DELETE_IN_PROGRESS")
        if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS" and not waits:
            return error("ValidationError", f"Stack:{stack['StackId']} is in {status} state and can not be {word}.")
        return handle(params)

    return call


def _after_creation(
    delete: Callable[..., Awaitable[None]], find: Callable[[str], Any]
) -> Callable[..., Awaitable[None]]:
    """Two operations on one stack would take its resources from each other."""

    async def call(name: str, stack_id: str, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        if _status(find(stack_id)) == "DELETE_IN_PROGRESS":
            return
        while _status(find(stack_id)) in _ENDS_FIRST:
            await asyncio.sleep(_POLL_SECONDS)
        await delete(name, stack_id, *arguments, **options)

    return call


def _status(stack: Any) -> str:  # noqa: ANN401 - a stack
    return str(stack.get("StackStatus", "")) if stack else ""
