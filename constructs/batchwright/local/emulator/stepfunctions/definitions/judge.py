"""Judges a state machine definition as CreateStateMachine does: what AWS refuses is refused here.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator import shapes
from batchwright.local.emulator.stepfunctions.definitions.parts import (
    SCHEMA,
    TARGET,
    Diagnostic,
    flow,
    retries,
    unsupported,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COMMON: Final = {"Type", "Comment", "QueryLanguage", "Assign", "Output", "InputPath", "OutputPath"}
_FLOW: Final = {"Next", "End"}
_RESULT: Final = {"ResultPath", "ResultSelector", "Parameters", "Arguments", "Retry", "Catch"}
_FIELDS: Final[Mapping[str, set[str]]] = {
    "Pass": {*_COMMON, *_FLOW, "Result", "ResultPath", "Parameters"},
    "Task": {
        *_COMMON,
        *_FLOW,
        *_RESULT,
        "Resource",
        "TimeoutSeconds",
        "TimeoutSecondsPath",
        "HeartbeatSeconds",
        "HeartbeatSecondsPath",
        "Credentials",
    },
    "Choice": {*_COMMON, "Choices", "Default"},
    "Wait": {*_COMMON, *_FLOW, "Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Succeed": _COMMON - {"Assign"},
    "Fail": {"Type", "Comment", "QueryLanguage", "Error", "ErrorPath", "Cause", "CausePath"},
    "Parallel": {*_COMMON, *_FLOW, *_RESULT, "Branches"},
    "Map": {
        *_COMMON,
        *_FLOW,
        *_RESULT,
        "Items",
        "ItemsPath",
        "ItemSelector",
        "ItemProcessor",
        "Iterator",
        "ItemReader",
        "ItemBatcher",
        "ResultWriter",
        "MaxConcurrency",
        "MaxConcurrencyPath",
        "ToleratedFailureCount",
        "ToleratedFailureCountPath",
        "ToleratedFailurePercentage",
        "ToleratedFailurePercentagePath",
        "Label",
    },
}
_DISTRIBUTED_ONLY: Final = ("ItemReader", "ItemBatcher", "ResultWriter", "Label")
_JSONPATH_ONLY: Final = ("InputPath", "OutputPath", "Parameters", "ResultPath", "ResultSelector", "ItemsPath")
_JSONATA_ONLY: Final = ("Arguments", "Output", "Items")
_NEEDS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "Task": (("Resource",),),
    "Choice": (("Choices",),),
    "Wait": (("Seconds", "SecondsPath", "Timestamp", "TimestampPath"),),
    "Parallel": (("Branches",),),
    "Map": (("ItemProcessor", "Iterator"),),
}
_MAX_STATE_NAME: Final = 80
_MAX_SECONDS: Final = 99_999_999
_RESOURCE: Final = re.compile(r"arn:aws[a-z-]*:(states|lambda):")
_BATCH: Final = re.compile(r"arn:aws[a-z-]*:states:[^:]*:[^:]*:batch:(.*)")
_BATCH_FORMS: Final = ("submitJob", "submitJob.sync")


def judge(text: str, *, express: bool = False) -> list[Diagnostic]:
    """Return everything that is wrong with a definition; none when it is taken.

    Args:
        text: The definition.
        express: Whether the state machine is of the type EXPRESS.
    """
    if not text.strip():
        return [Diagnostic("MISSING_DESCRIPTION", "the definition is empty", "/")]
    try:
        definition = json.loads(text)
    except ValueError as error:
        return [Diagnostic("INVALID_JSON_DESCRIPTION", f"the definition is no JSON: {error}", "/")]
    if not isinstance(definition, dict):
        return [Diagnostic(SCHEMA, "the definition has to be a JSON object", "/")]
    found = list(_time_limit(definition))
    found += list(_Machine(str(definition.get("QueryLanguage", "JSONPath")), express=express).chain(definition, ""))
    names = Counter(_names(definition))
    found += [
        Diagnostic("DUPLICATE_STATE_NAME", f"the state name '{name}' appears {count} times", "/States")
        for name, count in names.items()
        if count > 1
    ]
    return found


def refusal(text: str, kind: str) -> str | None:
    """Return the text with which a definition is refused, None when it is taken.

    Args:
        text: The definition.
        kind: STANDARD or EXPRESS.
    """
    found = judge(text, express=kind == "EXPRESS")
    return f"Invalid State Machine Definition: '{', '.join(map(str, found))}'" if found else None


def _time_limit(definition: dict[str, Any]) -> Iterator[Diagnostic]:
    seconds = definition.get("TimeoutSeconds", 1)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= _MAX_SECONDS:
        text = f"TimeoutSeconds has to be a whole number from 1 to {_MAX_SECONDS} but was {seconds!r}"
        yield Diagnostic(SCHEMA, text, "/TimeoutSeconds")


class _Machine:
    """Judges the chains of one definition."""

    def __init__(self, language: str, *, express: bool) -> None:
        self._language = language
        self._express = express

    def chain(self, chain: Any, where: str) -> Iterator[Diagnostic]:  # noqa: ANN401 - JSON
        if not isinstance(chain, dict) or not isinstance(chain.get("States"), dict) or not chain["States"]:
            yield Diagnostic(
                SCHEMA, "The field 'States' is required and has to be an object with a state", where or "/"
            )
            return
        states = chain["States"]
        if "StartAt" not in chain:
            yield Diagnostic(SCHEMA, "The field 'StartAt' is required", where or "/")
        elif chain["StartAt"] not in states:
            yield Diagnostic(TARGET, f"Missing 'Next' target: {chain['StartAt']}", f"{where}/StartAt")
        if not any(_ends(state) for state in states.values()):
            yield Diagnostic("MISSING_END_STATE", "There is no terminal state", where or "/")
        for name, state in states.items():
            here = f"{where}/States/{name}"
            if len(name) > _MAX_STATE_NAME:
                yield Diagnostic(SCHEMA, f"State name exceeds {_MAX_STATE_NAME} characters", here)
            if not isinstance(state, dict) or state.get("Type") not in _FIELDS:
                yield Diagnostic(SCHEMA, f"The field 'Type' has to be one of {', '.join(_FIELDS)}", here)
                continue
            yield from self._state(state, states, here)

    def _state(self, state: dict[str, Any], states: dict[str, Any], here: str) -> Iterator[Diagnostic]:
        kind = state["Type"]
        for field in state.keys() - _FIELDS[kind]:
            yield Diagnostic(SCHEMA, f"Field '{field}' is not supported in a {kind} state", f"{here}/{field}")
        yield from self._by_language(state, here)
        for choices in _NEEDS.get(kind, ()):
            given = [name for name in choices if name in state]
            if len(given) != 1:
                yield Diagnostic(SCHEMA, f"Exactly one of {', '.join(choices)} is required", here)
        yield from flow(state, states, here)
        yield from retries(state, here)
        if kind == "Task":
            yield from self._task(state, here)
        if kind == "Parallel":
            for index, branch in enumerate(state.get("Branches") or []):
                yield from self.chain(branch, f"{here}/Branches/{index}")
        if kind == "Map":
            yield from self._map(state, here)

    def _by_language(self, state: dict[str, Any], here: str) -> Iterator[Diagnostic]:
        jsonata = state.get("QueryLanguage", self._language) == "JSONata"
        if not jsonata and self._language == "JSONata":
            yield Diagnostic(SCHEMA, "a JSONPath state cannot be part of a JSONata state machine", here)
        for field in _JSONPATH_ONLY if jsonata else _JSONATA_ONLY:
            if field in state and state["Type"] in _FIELDS:
                yield Diagnostic(
                    SCHEMA, f"Field '{field}' is not supported in {'JSONata' if jsonata else 'JSONPath'}", here
                )

    def _task(self, state: dict[str, Any], here: str) -> Iterator[Diagnostic]:
        resource = state.get("Resource")
        if not isinstance(resource, str) or not _RESOURCE.match(resource):
            text = f"Resource is no ARN of a function, an activity or an integration: {resource!r}"
            yield Diagnostic("INVALID_RESOURCE", text, f"{here}/Resource")
            return
        batch = _BATCH.fullmatch(resource)
        if batch is not None and batch[1] not in _BATCH_FORMS:
            text = f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the "
            yield Diagnostic(SCHEMA, f"{text}resource is not available in this region.", f"{here}/Resource")
        if batch is not None:
            for field in ("Parameters", "Arguments"):
                yield from unsupported(shapes.request("batch", "SubmitJob"), state.get(field), f"{here}/{field}")
        waits = resource.endswith((".sync", ".sync:2", ".waitForTaskToken")) or ":activity:" in resource
        if self._express and waits:
            yield Diagnostic(
                SCHEMA, f"Express state machine does not support '{resource.rpartition('.')[2]}'", f"{here}/Resource"
            )

    def _map(self, state: dict[str, Any], here: str) -> Iterator[Diagnostic]:
        field = "ItemProcessor" if "ItemProcessor" in state else "Iterator"
        processor = state.get(field)
        config = (processor.get("ProcessorConfig") or {}) if isinstance(processor, dict) else {}
        if config.get("Mode") == "DISTRIBUTED":
            if self._express:
                yield Diagnostic(SCHEMA, "Express state machine does not support Distributed Map", here)
            express = config.get("ExecutionType") == "EXPRESS"
            if config.get("ExecutionType") not in ("STANDARD", "EXPRESS"):
                yield Diagnostic(SCHEMA, "ExecutionType has to be STANDARD or EXPRESS", f"{here}/{field}")
            yield from _Machine(self._language, express=express).chain(processor, f"{here}/{field}")
            return
        for name in _DISTRIBUTED_ONLY:
            if name in state:
                yield Diagnostic(SCHEMA, f"{name} is only supported with the mode DISTRIBUTED", f"{here}/{name}")
        yield from self.chain(processor, f"{here}/{field}")


def _ends(state: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(state, dict) and (state.get("End") is True or state.get("Type") in ("Succeed", "Fail"))


def _names(chain: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    states = chain.get("States") if isinstance(chain, dict) else None
    for name, state in (states if isinstance(states, dict) else {}).items():
        yield name
        if isinstance(state, dict):
            for branch in state.get("Branches") or []:
                yield from _names(branch)
            for field in ("ItemProcessor", "Iterator"):
                yield from _names(state.get(field))
