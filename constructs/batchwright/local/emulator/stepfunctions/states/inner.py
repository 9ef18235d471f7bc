"""The states that have chains of states inside: Parallel, and Map in the same execution."""

from __future__ import annotations

import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions
    from batchwright.local.emulator.stepfunctions.runs.history import History
    from batchwright.local.emulator.stepfunctions.states.fields import Fields
    from batchwright.local.emulator.stepfunctions.states.templates import Templates

MOST_ITEMS_AT_ONCE: Final = 40
"""https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html"""
_SIBLING: Final = "Another branch or item of the state failed in Step Functions"


class InnerStates:
    """Takes the place of ministack's functions, which let branches and items go on after one has failed."""

    def __init__(
        self, hooks: Hooks, executions: Executions, history: History, fields: Fields, templates: Templates
    ) -> None:
        self._module = hooks.module("services.stepfunctions")
        self._failed = hooks.get(self._module, "_ExecutionError")
        self._jsonata = hooks.get(self._module, "_apply_jsonata_template")
        self._field = hooks.get(self._module, "_jsonata_state_field")
        self._executions = executions
        self._history = history
        self._fields = fields
        self._templates = templates
        hooks.replace(self._module, "_run_parallel_branches", self._parallel)
        hooks.replace(self._module, "_run_map_items", self._map)

    def _parallel(
        self,
        state: dict[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        execution: dict[str, Any],
        context: dict[str, Any],
    ) -> tuple[Any, str | None]:
        effective = self._fields.arguments(state, data, context)
        self._history.add(execution, "ParallelStateStarted")

        def branch(index: int) -> Any:  # noqa: ANN401 - JSON
            inner = state["Branches"][index]
            return self._run(inner, effective, execution, _inner(context))

        results = self._all(
            len(state["Branches"]), branch, at_once=len(state["Branches"]), failed=(execution, "Parallel")
        )
        self._history.add(execution, "ParallelStateSucceeded")
        return self._fields.finish(state, data, results, context)

    def _map(
        self,
        state: dict[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        execution: dict[str, Any],
        context: dict[str, Any],
    ) -> tuple[Any, str | None]:
        processor = state.get("ItemProcessor") or state.get("Iterator") or {}
        jsonata = self._fields.is_jsonata(state, context)
        effective = data if jsonata else self._templates.input(state, data, context)
        if (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED":
            distributed = getattr(self._module, "_run_distributed_map")  # noqa: B009 - a hooked name
            return distributed(state, data, effective, processor, execution, context)  # type: ignore[no-any-return]
        items = self._items(state, data, effective, context)
        at_once = self._at_once(state, data, effective, context)
        name = context["State"]["Name"]
        self._history.add(execution, "MapStateStarted", {"mapStateStartedEventDetails": {"length": len(items)}})

        def iteration(index: int) -> Any:  # noqa: ANN401 - JSON
            inner = {**_inner(context), "Map": {"Item": {"Index": index, "Value": items[index]}}}
            selector = state.get("ItemSelector") or state.get("Parameters")
            given = items[index]
            if selector:
                evaluate = self._jsonata if jsonata else self._templates.template
                given = evaluate(selector, data if jsonata else effective, inner)
            with self._history.chain(execution):
                return self._iterate(processor, given, execution, inner, (name, index))

        results = self._all(len(items), iteration, at_once=at_once, failed=(execution, "Map"))
        self._history.add(execution, "MapStateSucceeded")
        return self._fields.finish(state, data, results, context)

    def _iterate(
        self,
        processor: dict[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        execution: dict[str, Any],
        context: dict[str, Any],
        which: tuple[str, int],
    ) -> Any:  # noqa: ANN401 - JSON
        def tell(what: str) -> None:
            details = {"name": which[0], "index": which[1]}
            self._history.add(execution, f"MapIteration{what}", {f"mapIteration{what}EventDetails": details})

        tell("Started")
        try:
            result = self._run(processor, data, execution, context)
        except self._failed:
            tell("Aborted" if self._executions.abandoned() else "Failed")
            raise
        tell("Succeeded")
        return result

    def _items(self, state: dict[str, Any], data: Any, effective: Any, context: dict[str, Any]) -> list[Any]:  # noqa: ANN401
        if "Items" in state:
            items = self._field(state, "Items", "array", data, context)
        else:
            path = state.get("ItemsPath", "$")
            items = self._templates.path(path, effective, context)
            if not isinstance(items, list):
                raise self._executions.error(
                    "States.Runtime", f'Reference path "{path}" must point to array in context: {items!r}'[:1000]
                )
        return list(items)

    def _at_once(self, state: dict[str, Any], data: Any, effective: Any, context: dict[str, Any]) -> int:  # noqa: ANN401
        number = self._jsonata(state.get("MaxConcurrency", 0), data, context)
        if "MaxConcurrencyPath" in state:
            number = self._templates.path(state["MaxConcurrencyPath"], effective, context)
        if isinstance(number, bool) or not isinstance(number, (int, float)) or number < 0:
            raise self._executions.error("States.Runtime", f"MaxConcurrency has to be 0 or more but was: {number!r}")
        return min(int(number) or MOST_ITEMS_AT_ONCE, MOST_ITEMS_AT_ONCE)

    def _run(self, machine: dict[str, Any], data: Any, execution: dict[str, Any], context: dict[str, Any]) -> Any:  # noqa: ANN401
        run = getattr(self._module, "_run_sub_machine")  # noqa: B009 - a hooked name
        return run(machine["States"], machine["StartAt"], data, execution, context)

    def _all(
        self, number: int, work: Callable[[int], Any], *, at_once: int, failed: tuple[dict[str, Any], str]
    ) -> list[Any]:
        """Run all parts; the first that fails ends the others, and is the failure of the state."""
        results: list[Any] = [None] * number
        errors: list[Exception] = []
        with self._executions.cancelled_by(_SIBLING) as cancelled:

            def one(index: int) -> None:
                if cancelled.is_set():
                    return
                try:
                    results[index] = work(index)
                except Exception as error:
                    if not cancelled.is_set():
                        errors.append(error)
                        cancelled.set()

            _run_threads([lambda index=index: one(index) for index in range(number)], at_once)  # type: ignore[misc]
        if not errors:
            return results
        execution, kind = failed
        if self._executions.abandoned() is None:
            self._history.add(execution, f"{kind}StateFailed")
        error = errors[0]
        if isinstance(error, self._failed):
            raise error
        raise self._executions.error("States.Runtime", str(error)) from error


def _inner(context: dict[str, Any]) -> dict[str, Any]:
    """Return the context object of a chain inside: what it assigns, the outside does not see."""
    return {**context, "variables": dict(context.get("variables", {}))}


def _run_threads(calls: Sequence[Callable[[], None]], at_once: int) -> None:
    """Run calls in threads that know the account, region and execution of this one."""
    if not calls:
        return
    if at_once >= len(calls):
        threads = [threading.Thread(target=contextvars.copy_context().run, args=(call,), daemon=True) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        wait([pool.submit(contextvars.copy_context().run, call) for call in calls])
