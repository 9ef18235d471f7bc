"""Starts one execution of the pipeline and follows it to its end."""

from __future__ import annotations

import json
import math
import queue
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tools.demo.errors import DemoError
from tools.demo.job_log import JobLog, Period
from tools.demo.progress import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tools.demo.stack import Stack

RUN: Final = "demo"
_REQUEST_KEY: Final = f"requests/{RUN}.json"

_LOOK_SECONDS: Final = 1.0
"""Between two looks at what sends no events here: the execution and the number of items in the table."""
_ENDING_SECONDS: Final = 0.2
"""The same once all jobs have ended: what is left of an execution then is short."""
_TRIGGER_SECONDS: Final = 30.0
_SETTLE_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An execution that ended.

    Attributes:
        status: SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
        error: Name of the error, empty when it succeeded.
        cause: Its cause, as the failed step gave it.
        steps: Its steps, in the order of their beginning.
        jobs: What the events told of its jobs.
    """

    status: str
    error: str
    cause: str
    steps: tuple[Period, ...]
    jobs: JobLog


class Execution:
    """One execution, followed by the events of its jobs.

    Args:
        stack: The deployed stack.
        subscribe: Calls back with every event of AWS Batch, on a thread of its own; returns what ends that.
        total: Images uploaded.
    """

    def __init__(
        self,
        stack: Stack,
        *,
        subscribe: Callable[[Callable[[Mapping[str, Any]], None]], Callable[[], None]],
        total: int,
    ) -> None:
        self._stack = stack
        self._total = total
        self._steps = stack.client("stepfunctions")
        self._events: queue.SimpleQueue[tuple[float, Mapping[str, Any]]] = queue.SimpleQueue()
        self._unsubscribe = subscribe(lambda event: self._events.put((time.time(), event)))
        self._jobs = JobLog()
        self._images = 0
        self._step = ""
        self._arn = ""

    def start(self, *, jobs: int, direct: bool) -> None:
        """Start the execution.

        Args:
            jobs: Into how many jobs the images are split.
            direct: With StartExecution; else by uploading a request object, which the bucket's event turns into one.

        Raises:
            DemoError: the uploaded request started nothing.
        """
        request = json.dumps({"prefixes": ["images/"], "images_per_job": math.ceil(self._total / jobs), "run_id": RUN})
        if direct:
            answer = self._steps.start_execution(stateMachineArn=self._stack.state_machine, name=RUN, input=request)
            self._arn = answer["executionArn"]
            return
        s3 = self._stack.client("s3")
        s3.put_object(
            Bucket=self._stack.bucket, Key=_REQUEST_KEY, Body=request.encode(), ContentType="application/json"
        )
        self._arn = self._started_by_upload()

    def follow(self, show: Callable[[Snapshot], None]) -> Finished:
        """Wait for the end; `show` gets a snapshot at each event, and at least once a second."""
        began = time.monotonic()
        status = "RUNNING"
        look_at = began
        while status == "RUNNING":
            self._take(timeout=_ENDING_SECONDS if self._jobs_ended() else _LOOK_SECONDS)
            looked = time.monotonic()
            if looked >= look_at or self._jobs_ended():
                status = self._look()
                # Counting many items takes a while: it must not become the main work here.
                look_at = time.monotonic() + max(_LOOK_SECONDS, 4 * (time.monotonic() - looked))
            show(self._snapshot(status, time.monotonic() - began))
        self._settle()
        show(self._snapshot(status, time.monotonic() - began))
        answer = self._steps.describe_execution(executionArn=self._arn)
        return Finished(
            status=status,
            error=str(answer.get("error", "")),
            cause=str(answer.get("cause", "")),
            steps=self._history(),
            jobs=self._jobs,
        )

    def close(self) -> None:
        """Listen no longer."""
        self._unsubscribe()

    def _started_by_upload(self) -> str:
        deadline = time.monotonic() + _TRIGGER_SECONDS
        while time.monotonic() < deadline:
            found = self._steps.list_executions(stateMachineArn=self._stack.state_machine)["executions"]
            if found:
                return str(found[0]["executionArn"])
            # Nothing tells of the start of an execution; jobs, of which events tell, come later.
            time.sleep(0.05)
        raise DemoError(
            f"The upload of {_REQUEST_KEY} started no execution within {_TRIGGER_SECONDS:.0f} s.",
            fix="Run `make demo ARGS=--direct` to see whether the pipeline itself works.",
        )

    def _take(self, *, timeout: float) -> bool:
        """Take the events that wait, or wait for one; tells whether there was one."""
        try:
            received, event = self._events.get(timeout=timeout)
        except queue.Empty:
            return False
        self._jobs.add(event, received=received)
        while not self._events.empty():
            received, event = self._events.get()
            self._jobs.add(event, received=received)
        return True

    def _jobs_ended(self) -> bool:
        return bool(self._jobs.jobs) and self._jobs.settled

    def _look(self) -> str:
        status = str(self._steps.describe_execution(executionArn=self._arn)["status"])
        latest = self._steps.get_execution_history(executionArn=self._arn, reverseOrder=True, maxResults=20)["events"]
        entered = (event.get("stateEnteredEventDetails") for event in latest)
        self._step = next((_step(details) for details in entered if details), self._step)
        self._images = count_items(self._stack)
        return status

    def _snapshot(self, status: str, elapsed: float) -> Snapshot:
        return Snapshot(
            status=status,
            step=self._step,
            jobs=self._jobs.counts(),
            images=self._images,
            total=self._total,
            elapsed=elapsed,
        )

    def _settle(self) -> None:
        """Wait for the events that are still on their way."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        while not self._jobs.settled and (left := deadline - time.monotonic()) > 0:
            self._take(timeout=left)

    def _history(self) -> tuple[Period, ...]:
        entered: list[tuple[str, float]] = []  # each step once, however many states it is made of
        last = 0.0
        for page in self._steps.get_paginator("get_execution_history").paginate(executionArn=self._arn):
            for event in page["events"]:
                last = event["timestamp"].timestamp()
                details = event.get("stateEnteredEventDetails")
                if details and (not entered or entered[-1][0] != _step(details)):
                    entered.append((_step(details), last))
        ends = [start for _, start in entered[1:]] + [last]
        return tuple(Period(name, start, end) for (name, start), end in zip(entered, ends, strict=True))


def _step(entered: Mapping[str, Any]) -> str:
    """Name the step that a state belongs to: the states "Embed", "Embed: try" and "Embed: single job" are one step."""
    return str(entered["name"]).partition(": ")[0]


def count_items(stack: Stack) -> int:
    """Count the items of the table."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.table, Select="COUNT")
    return sum(page["Count"] for page in pages)
