"""Starts executions of state machines and waits for their ends."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.executions.execution import Execution
from batchwright.local.executions.job_runs import JobRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from batchwright.local.executions.execution import JobRun

DEFAULT_TIMEOUT: Final = 600.0
_SHORTEST_PAUSE: Final = 0.05
_SHARE_OF_LOOKING: Final = 0.2
"""Looking shall not become the main work of a server with a long history."""


class ExecutionRunner:
    """Runs executions against a local AWS.

    Args:
        client: Makes the boto3 client of a service.
    """

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client
        self._jobs = JobRuns(client)

    def find(self, name: str | None) -> str:
        """Return the ARN of a state machine.

        Args:
            name: Its ARN, its name, or a part of the name that no other has; None for the only one.

        Raises:
            LocalAwsError: There is none like that, or several are.
        """
        pages = self._client("stepfunctions").get_paginator("list_state_machines").paginate()
        machines = {machine["name"]: machine["stateMachineArn"] for page in pages for machine in page["stateMachines"]}
        exact = [arn for each, arn in machines.items() if name in (each, arn)]
        chosen = exact or [arn for each, arn in machines.items() if name is None or name in each]
        if len(chosen) == 1:
            return str(chosen[0])
        if not machines:
            raise LocalAwsError("there is no state machine; deploy an app that has one")
        listed = ", ".join(sorted(machines))
        asked = "which state machine is meant" if name is None else f"{name!r} is not the name of one state machine"
        raise LocalAwsError(f"{asked}: there are {listed}")

    def run(
        self,
        machine: str | None,
        state: object = None,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        watch: Callable[[Sequence[JobRun]], None] | None = None,
    ) -> Execution:
        """Start an execution and wait for its end.

        Args:
            machine: What `find` takes.
            state: Its input, anything that JSON can hold; None for an empty object.
            timeout: Seconds to wait.
            watch: Is given the jobs as they are, whenever they have changed.

        Raises:
            LocalAwsError: There is no such state machine, the input is no JSON, the machine is EXPRESS, whose
                executions cannot be watched, or the time is over; the execution goes on then.
        """
        arn = self.start(machine, state)
        ends_at = time.monotonic() + timeout
        seen: Sequence[JobRun] = ()
        while self._runs(arn):
            if time.monotonic() > ends_at:
                raise LocalAwsError(f"after {timeout:g} s it has not ended and goes on: {self.report_of(arn)}")
            began = time.monotonic()
            if watch and (jobs := self._jobs.now(arn)) != seen:
                seen = jobs
                watch(jobs)
            time.sleep(max(_SHORTEST_PAUSE, (time.monotonic() - began) / _SHARE_OF_LOOKING))
        return self.report_of(arn)

    def start(self, machine: str | None, state: object = None) -> str:
        """Start an execution; returns its ARN.

        Raises:
            LocalAwsError: As `run`.
        """
        try:
            given = json.dumps({} if state is None else state, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise LocalAwsError(f"the input of an execution must be what JSON can hold: {error}") from error
        arn = self.find(machine)
        machines = self._client("stepfunctions")
        if machines.describe_state_machine(stateMachineArn=arn).get("type") == "EXPRESS":
            raise LocalAwsError(f"{arn.rpartition(':')[2]} is EXPRESS: call StartSyncExecution, which gives its result")
        return str(machines.start_execution(stateMachineArn=arn, input=given)["executionArn"])

    def _runs(self, execution: str) -> bool:
        status: str = self._client("stepfunctions").describe_execution(executionArn=execution)["status"]
        return status == "RUNNING"

    def report_of(self, execution: str) -> Execution:
        """Describe an execution as it is now, with its jobs and what they wrote.

        Args:
            execution: Its ARN.
        """
        answer = self._client("stepfunctions").describe_execution(executionArn=execution)
        return Execution(
            arn=execution,
            status=answer["status"],
            output=json.loads(answer["output"]) if answer.get("output") else None,
            error=answer.get("error") or "",
            cause=answer.get("cause") or "",
            jobs=tuple(self._jobs.all(execution)),
        )
