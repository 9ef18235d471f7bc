"""The states of Step Functions that submit jobs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.checks.system.arguments import JSONATA, arguments
from batchwright.checks.system.json_text import JsonText
from batchwright.checks.templates import Text, fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.templates import Resource, Value

STATE_MACHINES: Final = ("AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine")
# Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
_SUBMIT: Final = re.compile(r".*:states:::(?:aws-sdk:)?batch:submitJob(?:\.[A-Za-z]+)?(?::\d+)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SubmittingState:
    """A state that submits a job.

    Attributes:
        path: Where it is, such as `DefinitionString.States.All.Branches[0].States.Embed`.
        request_path: Where its arguments are, such as the same with `.Parameters`.
        state: The state.
        request: Its arguments.
    """

    path: str
    request_path: str
    state: dict[str, Value]
    request: dict[str, Value]


def submitting_states(resource: Resource) -> Iterator[SubmittingState]:
    """Find the states of a state machine that submit jobs, at any depth."""
    written_in = "Definition" if resource.has("Definition") else "DefinitionString"
    source = resource.get(written_in)
    if not isinstance(source, dict | str | Text):
        return
    machine = JsonText(source, resource.object("DefinitionSubstitutions"))
    for path, raw in _tasks(machine.value, written_in):
        target = machine.restore(raw.get("Resource"))
        last = target.parts[-1] if isinstance(target, Text) else target
        if not isinstance(last, str) or not _SUBMIT.fullmatch(last):
            continue
        state = fields(machine.restore(raw))
        given = "Parameters" if "Parameters" in state else "Arguments"
        request = arguments(state.get(given), JSONATA)
        # `Arguments` that are one JSONata expression tell nothing.
        if request:
            yield SubmittingState(path, f"{path}.{given}", state, request)


def _tasks(machine: object, written_in: str) -> Iterator[tuple[str, dict[str, object]]]:
    waiting: list[tuple[str, object]] = [(f"{written_in}.", machine)]
    while waiting:
        path, block = waiting.pop()
        states = block.get("States") if isinstance(block, dict) else None
        for name, state in states.items() if isinstance(states, dict) else ():
            if not isinstance(state, dict):
                continue
            here = f"{path}States.{name}"
            yield here, state
            branches = state.get("Branches")
            for position, branch in enumerate(branches if isinstance(branches, list) else ()):
                waiting.append((f"{here}.Branches[{position}].", branch))
            waiting.extend((f"{here}.{inner}.", state.get(inner)) for inner in ("ItemProcessor", "Iterator"))
