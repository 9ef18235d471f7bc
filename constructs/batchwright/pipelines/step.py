"""What all steps have in common."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

from batchwright.model import ConfigurationError, Problem
from batchwright.pipelines.paths import state_path_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aws_cdk import aws_iam as iam

    from batchwright.pipelines.chain import Chain
    from batchwright.pipelines.permissions import Permission, Site

State: TypeAlias = dict[str, Any]
States: TypeAlias = dict[str, State]

ALL_ERRORS: Final = "States.ALL"


@dataclass(frozen=True, slots=True)
class Catcher:
    """Errors of a step, and the step that takes over when one of them happens."""

    handler: Step
    errors: tuple[str, ...]
    result_path: str


class Step(ABC):
    """A part of a pipeline: one state or several, with one way in and one way out.

    Steps are plain objects. They are composed with `>>`, rendered to Amazon States Language by a `Pipeline`, and
    stand in one place of it: the same object cannot be used twice in one pipeline.

    Attributes:
        name: Its name in the pipeline, at most 80 characters and unique there.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._catchers: list[Catcher] = []
        self._sealed = False

    def __rshift__(self, after: Step) -> Chain:
        from batchwright.pipelines.chain import Chain

        if not isinstance(after, Step):
            return NotImplemented
        return Chain(self, after)

    def catch(self, handler: Step, *, errors: Sequence[str] = (ALL_ERRORS,), result_path: str = "$.error") -> Self:
        """Let another step take over when this one fails, as `except` does after `try`.

        What follows this step runs after the handler too; a handler that must end the pipeline ends in `Fail`.
        On a chain, a choice or a parallel step it covers everything inside. `States.ALL` covers every error but
        `States.DataLimitExceeded` and `States.Runtime`.
        Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html

        Args:
            handler: The step that takes over. It gets the state that this step got.
            errors: Names of errors. Several calls are tried in their order; `States.ALL` goes last, alone.
            result_path: Where in the state the handler finds the error, as `{"Error": ..., "Cause": ...}`.

        Returns:
            This step.
        """
        self.refuse_change("catch")
        self._catchers.append(Catcher(handler, tuple(errors), result_path))
        return self

    @property
    def start(self) -> str:
        """Name of the state at which the step begins."""
        return self.group_name if self._is_grouped else self.entry

    @property
    def group_name(self) -> str:
        """Name of the state around a step of several states whose errors are caught together."""
        return f"{self.name}: try"

    @property
    def entry(self) -> str:
        """Name of its own first state."""
        return self.name

    @property
    def is_task(self) -> bool:
        """Whether it is one state that can catch errors itself."""
        return False

    @property
    def parts(self) -> tuple[Step, ...]:
        """The steps inside it, without the handlers of its errors."""
        return ()

    @property
    def children(self) -> tuple[Step, ...]:
        """The steps inside it and the handlers of its errors."""
        return (*self.parts, *(catcher.handler for catcher in self._catchers))

    @property
    def state_names(self) -> tuple[str, ...]:
        """Names of all states that it renders, without those of its children."""
        return (self.group_name, *self.own_state_names) if self._is_grouped else self.own_state_names

    @property
    def own_state_names(self) -> tuple[str, ...]:
        """Names of the states that it renders by itself."""
        return (self.name,)

    @abstractmethod
    def own_states(self, site: Site, then: str | None) -> States:
        """Render its states; control goes on to the state `then`, or ends here."""

    def own_problems(self) -> Iterable[Problem]:
        """Find what AWS would refuse about it."""
        return ()

    def permissions(self, site: Site) -> Iterable[Permission]:
        """Say what the pipeline's role needs for it."""
        del site
        return ()

    @property
    def policies(self) -> Sequence[iam.PolicyStatement]:
        """Policy statements that were given for it, besides its permissions."""
        return ()

    def problems(self) -> list[Problem]:
        """Find everything that AWS would refuse about it and its handlers, without its children."""
        found = list(self.own_problems())
        for number, catcher in enumerate(self._catchers):
            found += self._catcher_problems(catcher, last=number == len(self._catchers) - 1)
        return found

    def render(self, site: Site, then: str | None) -> States:
        """Render its states, with the handlers of its errors."""
        if not self._catchers:
            return self.own_states(site, then)
        states = self.own_states(site, then) if self.is_task else {self.group_name: self._group(site, then)}
        caught = states[self.start]
        caught["Catch"] = [*caught.get("Catch", ()), *(_catch(catcher) for catcher in self._catchers)]
        for catcher in self._catchers:
            states |= catcher.handler.render(site, then)
        return states

    def seal(self) -> None:
        """Refuse changes from now on: a pipeline has rendered it and would not see them."""
        self._sealed = True

    def refuse_change(self, method: str) -> None:
        """Raise when the step is part of a pipeline already."""
        if self._sealed:
            fix = f"Call {method}() before the Pipeline is made."
            problem = Problem(f"{self.name}.{method}()", "called late", "only before the step is in a pipeline", fix)
            raise ConfigurationError(f"{type(self).__name__} {self.name!r}", [problem])

    @property
    def has_handlers(self) -> bool:
        """Whether errors of it are caught."""
        return bool(self._catchers)

    @property
    def _is_grouped(self) -> bool:
        return self.has_handlers and not self.is_task

    def _group(self, site: Site, then: str | None) -> State:
        # A parallel state with one branch: the one state that catches the errors of several.
        branch = {"StartAt": self.entry, "States": self.own_states(site, None)}
        return {"Type": "Parallel", "Branches": [branch], "OutputPath": "$[0]"} | go_on(then)

    def _catcher_problems(self, catcher: Catcher, *, last: bool) -> list[Problem]:
        field = f"{self.name}.catch.errors"
        found = state_path_problems(f"{self.name}.catch.result_path", catcher.result_path)
        if not catcher.errors or not all(catcher.errors):
            fix = 'Leave errors= out for all errors, or name some, such as "States.TaskFailed".'
            found.append(Problem(field, catcher.errors, "names of errors", fix))
        if ALL_ERRORS in catcher.errors and (len(catcher.errors) > 1 or not last):
            fix = "Call catch() for single errors first, and for States.ALL in a last call of its own."
            found.append(Problem(field, catcher.errors, "States.ALL alone and in the last catch()", fix))
        return found


def go_on(then: str | None) -> State:
    """Render where control goes after a state."""
    return {"End": True} if then is None else {"Next": then}


def scope(step: Step, site: Site) -> State:
    """Render a step as a scope of its own: a branch, or a whole state machine."""
    return {"StartAt": step.start, "States": step.render(site, None)}


def result_key(name: str) -> str:
    """Derive the key of a step's result from its name: `Embed images` gives `EmbedImages`, `embed` stays."""
    # What is no text is refused with the pipeline, not here.
    words = [word for word in re.split(r"[^A-Za-z0-9_]+", str(name)) if word]
    key = "".join([*words[:1], *(word[0].upper() + word[1:] for word in words[1:])])
    return key if key[:1].isalpha() else f"_{key}"


def _catch(catcher: Catcher) -> State:
    return {"ErrorEquals": list(catcher.errors), "ResultPath": catcher.result_path, "Next": catcher.handler.start}
