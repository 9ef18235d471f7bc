"""What an execution runs: the definition as it was at the start, of the version or alias that was asked for.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html
"""

from __future__ import annotations

import contextvars
import json
import random
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions

_current: contextvars.ContextVar[Start | None] = contextvars.ContextVar("batchwright_start", default=None)
_TOLD = ("stateMachineVersionArn", "stateMachineAliasArn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What an execution was started with.

    Attributes:
        definition: The definition, as text.
        role: ARN of the role.
        machine: Name of the state machine.
        express: Whether it is of the type EXPRESS.
        version: ARN of the version, or None.
        alias: ARN of the alias, or None.
    """

    definition: str
    role: str
    machine: str
    express: bool
    version: str | None
    alias: str | None


def current() -> Start | None:
    """Return what the execution of the calling thread was started with."""
    return _current.get()


class Starts:
    """Takes note of the definition at a start; ministack reads the newest, some time later."""

    def __init__(self, hooks: Hooks, executions: Executions) -> None:
        module = hooks.module("services.stepfunctions")
        self._executions = executions
        self._records = hooks.get(module, "_executions")
        self._machines = hooks.get(module, "_state_machines")
        self._versions = hooks.get(module, "_state_machine_versions")
        self._aliases = hooks.get(module, "_state_machine_aliases")
        self._json = hooks.get(module, "json_response")
        for name in ("_start_execution", "_start_sync_execution"):
            hooks.wrap(module, name, self._around)
        hooks.wrap(module, "_describe_execution", self._described)
        hooks.wrap(module, "_describe_state_machine_for_execution", self._described_machine)

    def _around(self, start: Callable[..., Any]) -> Callable[..., Any]:
        def call(request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
            asked, mark, case = str(request.get("stateMachineArn", "")).partition("#")
            chosen = self._chosen(asked)
            if chosen is None:
                return start(request)
            base, found = chosen
            token = _current.set(found)
            try:
                # What an execution starts, by an event of it too, does not end with it.
                with self._executions.apart():
                    return start({**request, "stateMachineArn": f"{base}{mark}{case}"})
            finally:
                _current.reset(token)

        return call

    def _chosen(self, asked: str) -> tuple[str, Start] | None:
        """Return the ARN of the state machine and what is run; an alias draws one of its versions by their weights."""
        alias = self._aliases.get(asked)
        name = asked
        if alias is not None:
            routes = alias["routingConfiguration"]
            (route,) = random.choices(routes, [one.get("weight", 0) for one in routes])  # noqa: S311 - no secret
            name = route["stateMachineVersionArn"]
        version = self._versions.get(name)
        base = name if version is None else version["stateMachineArn"]
        machine = self._machines.get(base)
        if machine is None:
            return None
        what = machine if version is None else version
        return base, Start(
            definition=what["definition"],
            role=what["roleArn"],
            machine=machine["name"],
            express=what.get("type") == "EXPRESS",
            version=None if version is None else name,
            alias=None if alias is None else asked,
        )

    def _described(self, describe: Callable[..., Any]) -> Callable[..., Any]:
        def call(request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
            record = self._records.get(request.get("executionArn", "")) or {}
            return self._with(describe(request), {name: record[name] for name in _TOLD if name in record})

        return call

    def _described_machine(self, describe: Callable[..., Any]) -> Callable[..., Any]:
        def call(request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
            record = self._records.get(request.get("executionArn", "")) or {}
            version = self._versions.get(record.get(_TOLD[0], ""))
            if version is None:
                return describe(request)
            return self._with(describe(request), {name: version[name] for name in ("definition", "roleArn")})

        return call

    def _with(self, response: Any, more: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
        status, _, body = response
        return self._json({**json.loads(body), **more}) if more and status == HTTPStatus.OK else response
