"""Distributed Map: fields that ministack passes over in silence fail the execution instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.guard import Hooks
    from batchwright.local.emulator.stepfunctions.executions import Executions

_IGNORED = ("ItemBatcher", "ResultWriter")


def install(hooks: Hooks, executions: Executions) -> None:
    """Check a Map state before it runs: without the batches or the written results, what follows would be wrong."""

    def around(run: Callable[..., Any]) -> Callable[..., Any]:
        def call(state: dict[str, Any], *arguments: Any) -> Any:  # noqa: ANN401 - ministack is untyped
            for field in _IGNORED:
                if field in state:
                    raise executions.error("States.Runtime", f"the local AWS does not have {field} of Distributed Map")
            return run(state, *arguments)

        return call

    hooks.wrap(hooks.module("services.stepfunctions"), "_run_distributed_map", around)
