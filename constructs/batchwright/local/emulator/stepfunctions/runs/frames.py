"""How far an execution has come: what a redrive goes on from."""

from __future__ import annotations

import contextvars
import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions

_current: contextvars.ContextVar[Frame | None] = contextvars.ContextVar("batchwright_frame", default=None)
_part: contextvars.ContextVar[Hashable] = contextvars.ContextVar("batchwright_part", default=None)
_branches: contextvars.ContextVar[Mapping[int, int] | None] = contextvars.ContextVar(
    "batchwright_branches", default=None
)
# Everything that runs a state; the context object is the last argument of each.
_STATES = (
    "_execute_pass",
    "_execute_task",
    "_execute_choice",
    "_execute_wait",
    "_execute_parallel",
    "_execute_map",
    "_fail_state_error",
)


class Frame:
    """Where one chain of states stands: a state machine, a branch of a Parallel state, an item of a Map state.

    Attributes:
        state: Name of the state that runs, or that failed; empty before the first.
        data: Its input.
        variables: The workflow variables when it began.
        parts: Chains inside that state, by branch or item.
        done: Whether the chain has ended well.
        result: Its output then.
        notes: What a state keeps over a redrive, such as its Map Run.
    """

    def __init__(self) -> None:
        self.state = ""
        self.data: Any = None
        self.variables: dict[str, Any] = {}
        self.parts: dict[Hashable, Frame] = {}
        self.done = False
        self.result: Any = None
        self.notes: dict[str, Any] = {}
        self._resumes = False

    @property
    def resumes(self) -> bool:
        """Whether the state goes on from an attempt before a redrive."""
        return self._resumes

    def resume(self) -> None:
        """Let the next run go on where this one stopped."""
        self._resumes = bool(self.state)
        for part in self.parts.values():
            part.resume()

    def enter(self, state: str, data: Any, variables: Mapping[str, Any]) -> None:  # noqa: ANN401 - JSON
        """Note that a state begins; what was inside the one before is done with."""
        if self._resumes and state == self.state:
            return
        self._resumes = False
        self.state, self.data, self.variables = state, data, dict(variables)
        self.parts, self.notes = {}, {}

    def attempted(self) -> None:
        """Note that the state was tried once: another try of it begins anew."""
        self._resumes = False

    def finish(self, result: Any) -> None:  # noqa: ANN401 - JSON
        """Note that the chain has ended well; how it came there is of no use any more."""
        self.done, self.result = True, result
        self.data, self.variables, self.parts, self.notes = None, {}, {}, {}

    def part(self, key: Hashable) -> Frame:
        """Return the chain of a branch or an item, as it stopped when this is a redrive."""
        if not self._resumes or key not in self.parts:
            self.parts[key] = Frame()
        return self.parts[key]


def current() -> Frame | None:
    """Return the chain that the caller runs in."""
    return _current.get()


def goes_on(state: str) -> bool:
    """Say whether a redrive goes on with a state: it was entered before."""
    frame = _current.get()
    return frame is not None and frame.resumes and frame.state == state


def enter(frame: Frame) -> contextvars.Token[Frame | None]:
    """Run in a chain from now on; `leave` ends it."""
    return _current.set(frame)


def leave(token: contextvars.Token[Frame | None]) -> None:
    """End what `enter` began."""
    _current.reset(token)


def work_on(part: Hashable) -> None:
    """Say which part of its state the calling thread runs."""
    _part.set(part)


def install(hooks: Hooks, executions: Executions) -> None:
    """Note every state as it begins, and stop a chain there whose execution was aborted."""
    module = hooks.module("services.stepfunctions")
    for name in _STATES:
        hooks.wrap(module, name, lambda run: _noted(run, executions))
    hooks.wrap(module, "_run_sub_machine", _as_part)
    hooks.wrap(module, "_run_parallel_branches", _counted)
    hooks.wrap(module, "_run_map_items", _once)


def _noted(run: Callable[..., Any], executions: Executions) -> Callable[..., Any]:
    def call(state_def: dict[str, Any], data: Any, *rest: Any) -> Any:  # noqa: ANN401 - ministack is untyped
        executions.check()
        frame, context = _current.get(), rest[-1] if rest else None
        if frame is not None and isinstance(context, dict):
            frame.enter(context["State"]["Name"], data, context.get("variables", {}))
        return run(state_def, data, *rest)

    return call


def _as_part(run: Callable[..., Any]) -> Callable[..., Any]:
    def call(states: dict[str, Any], start: str, data: Any, execution: Any, context: dict[str, Any]) -> Any:  # noqa: ANN401
        outer = _current.get()
        # Branches run at the same time and each sets its own State in the context.
        context = dict(context)
        if outer is None:
            return run(states, start, data, execution, context)
        frame = outer.part(_key(states, context))
        if frame.done:
            return copy.deepcopy(frame.result)
        if frame.state:
            start, data = frame.state, frame.data
            context["variables"] = {**context.get("variables", {}), **frame.variables}
        token = _current.set(frame)
        try:
            result = run(states, start, data, execution, context)
        finally:
            _current.reset(token)
        frame.finish(result)
        return result

    return call


def _key(states: dict[str, Any], context: Mapping[str, Any]) -> Hashable:
    part = _part.get()
    if part is not None:
        # For this chain only: what is inside it counts for itself.
        _part.set(None)
        return part
    branch = (_branches.get() or {}).get(id(states))
    return ("item", context["Map"]["Item"]["Index"]) if branch is None and "Map" in context else ("branch", branch)


def _counted(run: Callable[..., Any]) -> Callable[..., Any]:
    def call(state_def: dict[str, Any], *rest: Any) -> Any:  # noqa: ANN401 - ministack is untyped
        positions = {id(branch.get("States")): index for index, branch in enumerate(state_def.get("Branches", []))}
        token = _branches.set(positions)
        try:
            return _once(run)(state_def, *rest)
        finally:
            _branches.reset(token)

    return call


def _once(run: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:  # noqa: ANN401 - ministack is untyped
        frame = _current.get()
        try:
            return run(*arguments)
        finally:
            if frame is not None:
                frame.attempted()

    return call
