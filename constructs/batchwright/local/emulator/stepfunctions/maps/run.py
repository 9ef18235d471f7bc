"""One Map Run: its children, how many may run and fail, and its counts."""

from __future__ import annotations

import contextvars
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.stepfunctions.runs import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from batchwright.local.emulator.stepfunctions.runs.executions import Executions

_COUNTS = (
    "pending",
    "running",
    "succeeded",
    "failed",
    "timedOut",
    "aborted",
    "total",
    "resultsWritten",
    "failuresNotRedrivable",
    "pendingRedrive",
)
# ministack's number: each child that runs holds a thread.
_MOST_AT_ONCE = 64
_THRESHOLD = "States.ExceedToleratedFailureThreshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How many items may fail: none unless one of the two is given, and neither may be exceeded.

    Attributes:
        count: Most items that may fail, or None.
        percentage: Most percent of the items that may fail, or None.
    """

    count: int | None = None
    percentage: float | None = None

    def exceeded(self, failed: int, total: int) -> bool:
        """Say whether a Map Run with so many failed items fails."""
        if self.count is None and self.percentage is None:
            return failed > 0
        over_count = self.count is not None and failed > self.count
        return over_count or (self.percentage is not None and failed * 100 > self.percentage * total)


@dataclass(slots=True, kw_only=True)
class Child:
    """One child execution.

    Attributes:
        index: Its place, and of its first item's output.
        items: How many items it gets.
        data: Its input.
        query_language: The language of its states, where they name none.
        record: Its execution, as ministack keeps it.
    """

    index: int
    items: int
    data: Any
    query_language: str
    record: dict[str, Any] = field(default_factory=dict)


class MapRun:
    """Runs the children of a Distributed Map.

    Args:
        record: The Map Run as DescribeMapRun shows it.
        children: The children.
        tolerance: How many items may fail.
        executions: The executions of the server.
        now: Gives the time as ministack writes it.
    """

    def __init__(
        self,
        *,
        record: dict[str, Any],
        children: Sequence[Child],
        tolerance: Tolerance,
        executions: Executions,
        now: Callable[[], str],
    ) -> None:
        self._record = record
        self._children = children
        self._tolerance = tolerance
        self._executions = executions
        self._now = now
        self._lock = threading.Lock()
        self._total = sum(child.items for child in children)
        for name, total in (("itemCounts", self._total), ("executionCounts", len(children))):
            record[name] = {**dict.fromkeys(_COUNTS, 0), "total": total, "pending": total}

    def has_failed(self) -> bool:
        """Say whether more items failed than may."""
        return self._tolerance.exceeded(self._record["itemCounts"]["failed"], self._total)

    def run(self, work: Callable[[Child], Any], at_once: int) -> None:
        """Run every child that did not end well before, and return when none runs.

        Children that have not begun when too many items failed never begin, and those that run are aborted.
        """
        workers = at_once if at_once > 0 else min(len(self._children), _MOST_AT_ONCE) or 1
        with ThreadPoolExecutor(max_workers=workers) as pool:
            wait(
                [pool.submit(contextvars.copy_context().run, self._run_child, child, work) for child in self._children]
            )
        aborted = self._executions.abandoned() is not None
        self._record["status"] = "ABORTED" if aborted else "FAILED" if self.has_failed() else "SUCCEEDED"
        self._record["stopDate"] = self._now()

    def _run_child(self, child: Child, work: Callable[[Child], Any]) -> None:
        if child.record["status"] == "SUCCEEDED":
            self._move(child, "pending", "succeeded")
            return
        if self.has_failed() or self._executions.abandoned() is not None:
            return
        self._move(child, "pending", "running")
        child.record.update(status="RUNNING", startDate=self._now())
        with self._executions.child(child.record["executionArn"]):
            self._end(child, work)
        child.record["stopDate"] = self._now()
        self._move(child, "running", "succeeded" if child.record["status"] == "SUCCEEDED" else self._fate(child))
        if self.has_failed():
            self._abort_running()

    def _end(self, child: Child, work: Callable[[Child], Any]) -> None:
        try:
            frames.work_on(("child", child.index))
            output = work(child)
        except Exception as error:
            # Whatever it is, it is this child's failure; whether the Map Run fails is for its tolerance to say.
            if self._executions.abandoned() is not None:
                child.record["status"] = "ABORTED"
            else:
                name, cause = getattr(error, "error", "States.Runtime"), getattr(error, "cause", str(error))
                child.record.update(status="FAILED", error=name, cause=cause)
            return
        child.record.update(status="SUCCEEDED", output=json.dumps(output), error=None, cause=None)

    def _fate(self, child: Child) -> str:
        return "aborted" if child.record["status"] == "ABORTED" else "failed"

    def _abort_running(self) -> None:
        for child in self._children:
            if child.record["status"] == "RUNNING":
                child.record["status"] = "ABORTED"

    def _move(self, child: Child, before: str, after: str) -> None:
        with self._lock:
            for name, number in (("itemCounts", child.items), ("executionCounts", 1)):
                self._record[name][before] -= number
                self._record[name][after] += number


def threshold_error(executions: Executions) -> Any:  # noqa: ANN401 - ministack's error
    """Return the error of a Map Run in which too many items failed."""
    return executions.error(_THRESHOLD, "The specified tolerated failure threshold was exceeded")


def new_record(execution: Mapping[str, Any], label: str, now: str) -> dict[str, Any]:
    """Return a new Map Run of an execution."""
    _, _, _, region, account, _, machine, *_ = str(execution["executionArn"]).split(":")
    machine = machine.split("/")[0]
    return {
        "mapRunArn": f"arn:aws:states:{region}:{account}:mapRun:{machine}/{label}:{uuid.uuid4()}",
        "executionArn": execution["executionArn"],
        "status": "RUNNING",
        "startDate": now,
        "redriveCount": 0,
        "_stateMachineArn": f"arn:aws:states:{region}:{account}:stateMachine:{machine}/{label}",
    }


def new_child(run: Mapping[str, Any], child: Child) -> dict[str, Any]:
    """Return the execution of a child that has not begun."""
    name = str(uuid.uuid4())
    machine = str(run["_stateMachineArn"])
    return {
        "executionArn": f"{machine.replace(':stateMachine:', ':execution:')}:{name}",
        "stateMachineArn": machine,
        "name": name,
        "status": "PENDING",
        "startDate": None,
        "stopDate": None,
        "input": json.dumps(child.data),
        "inputDetails": {"included": True},
        "output": None,
        "outputDetails": {"included": True},
        "mapRunArn": run["mapRunArn"],
        "events": [],
        "testCase": "",
        "mockAttempts": {},
    }


def child_context(child: Child) -> dict[str, Any]:
    """Return the context object of a child: an execution of its own, without the variables of its parent."""
    record = child.record
    return {
        "QueryLanguage": child.query_language,
        "Execution": {
            "Id": record["executionArn"],
            "Input": child.data,
            "Name": record["name"],
            "StartTime": record["startDate"],
        },
        "StateMachine": {
            "Id": record["stateMachineArn"],
            "Name": str(record["stateMachineArn"]).rsplit(":", 1)[-1],
        },
        "variables": {},
    }
