"""Runs a definition on ministack's interpreter of Amazon States Language, with Batch and Lambda decided by the test."""

from __future__ import annotations

import importlib
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

Answer = Callable[[Any], Any]


@cache
def _stepfunctions() -> Any:  # noqa: ANN401 a module without types
    """Import the interpreter as a copy of its own, so that it shares nothing with a LocalAws of the same process."""
    others = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "ministack"}
    for name in others:
        del sys.modules[name]
    try:
        return importlib.import_module("ministack.services.stepfunctions")
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "ministack"]:
            del sys.modules[name]
        sys.modules.update(others)


@dataclass(frozen=True)
class ExecutionFailedError(Exception):
    """The error that an execution ended with."""

    error: str
    cause: str


class Interpreter:
    """One execution after the other; what was submitted and called is kept in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.submitted: list[dict[str, Any]] = []
        self.resources: list[str] = []
        self._functions: dict[str, Answer] = {}
        self._failing: dict[str, tuple[str, str]] = {}
        self._lock = threading.Lock()
        self._machine = stepfunctions = _stepfunctions()
        monkeypatch.setitem(stepfunctions._SERVICE_DISPATCH, "arn:aws:states:::batch:submitJob", self._submit)
        monkeypatch.setattr(stepfunctions, "_call_lambda", self._call)
        monkeypatch.setattr(stepfunctions, "_extract_lambda_ref", self._function)
        monkeypatch.setattr(stepfunctions, "_scaled_sleep", lambda _seconds: None)

    def on_function(self, name: str, answer: Answer) -> None:
        """Decide what the function with this construct id returns."""
        self._functions[name] = answer

    def fail_job(self, name: str, error: str = "States.TaskFailed", cause: str = "exit code 1") -> None:
        """Let every job of this name fail."""
        self._failing[name] = (error, cause)

    def run(self, definition: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
        """Run to the end; returns the output or raises ExecutionFailedError."""
        context = {
            "Execution": {"Id": "arn:execution", "Name": "run-1", "Input": state, "StartTime": "2030-01-01T00:00:00Z"},
            "StateMachine": {"Id": "arn:machine", "Name": "machine"},
            "variables": {},
        }
        execution = {"status": "RUNNING", "executionArn": "arn:execution", "events": []}
        try:
            return self._machine._run_sub_machine(
                definition["States"], definition["StartAt"], state, execution, context
            )
        except self._machine._ExecutionError as error:
            raise ExecutionFailedError(error.error, error.cause) from error

    def environment(self, number: int = 0) -> dict[str, str]:
        """Environment of a submitted job."""
        return {pair["Name"]: pair["Value"] for pair in self.submitted[number]["ContainerOverrides"]["Environment"]}

    def _submit(self, resource: str, arguments: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.submitted.append(json.loads(json.dumps(arguments)))
            self.resources.append(resource)
            number = len(self.submitted)
        name = arguments["JobName"]
        if name in self._failing:
            raise self._machine._ExecutionError(*self._failing[name])
        job = {"JobId": f"id-{number}", "JobName": name, "JobArn": f"arn:job/{number}"}
        return job | {"Status": "SUCCEEDED", "Attempts": []} if resource.endswith(".sync") else job

    @staticmethod
    def _function(resource: str) -> str | None:
        return resource if resource.startswith("<") else None

    def _call(self, reference: str, event: object) -> object:
        for name, answer in self._functions.items():
            if reference.startswith(f"<{name}"):
                try:
                    return answer(event)
                except ValueError as error:
                    raise self._machine._ExecutionError(
                        "ValueError", json.dumps({"errorMessage": str(error)})
                    ) from error
        raise AssertionError(f"no answer for {reference}")
