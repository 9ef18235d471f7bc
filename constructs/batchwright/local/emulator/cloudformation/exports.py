"""Exports of a stack: what another one imports stays as it is, and no two stacks export the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks


def install(hooks: Hooks) -> None:
    """Hook what settles the outputs of a stack, at the end of its creation or update."""
    formation = hooks.module("services.cloudformation")
    imported = hooks.get(hooks.module("services.cloudformation.handlers"), "_imported_export_names")
    exports, stacks = hooks.get(formation, "_exports"), hooks.get(formation, "_stacks")

    def around(settle: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:  # noqa: ANN401 - ministack is untyped
            outputs, new = settle(*arguments)
            name, stack_id = arguments[-2:]

            def importers(export: str) -> Iterator[str]:
                for other, stack in stacks.items():
                    if other != name and _exists(stack) and export in imported(stack, other):
                        yield other

            before = {key: entry for key, entry in exports.items() if entry["StackId"] == stack_id}
            _check(before, new, importers)
            for key in new:
                if key in exports and key not in before:
                    raise ValueError(f"Export with name {key} is already exported by stack {_stack(exports[key])}")
            for key in before.keys() - new.keys():
                del exports[key]
            return outputs, new

        return call

    hooks.wrap(hooks.module("services.cloudformation.stacks"), "_resolve_stack_outputs", around)


def _check(before: Mapping[str, Any], new: Mapping[str, Any], importers: Callable[[str], Iterator[str]]) -> None:
    """Raise ValueError when an export that is imported would go or change."""
    for key, entry in before.items():
        if key in new and new[key]["Value"] == entry["Value"]:
            continue
        user = next(importers(key), None)
        if user is not None:
            change = "updated" if key in new else "deleted"
            raise ValueError(f"Export {key} cannot be {change} as it is in use by {user}")


def _exists(stack: Mapping[str, Any]) -> bool:
    return str(stack.get("StackStatus")) not in ("DELETE_COMPLETE", "ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS")


def _stack(export: Mapping[str, Any]) -> str:
    return str(export["StackId"]).split("/")[1]
