"""Tasks that somebody else ends: by a task token, or as a worker of an activity."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions
    from batchwright.local.emulator.stepfunctions.tasks.state import Attempt

_CALLBACK: Final = ".waitForTaskToken"
_LOOK_SECONDS: Final = 0.2
# Tokens of ended tasks: who answers to one of them is told so.
_REMEMBERED: Final = 10_000


class TaskTokens:
    """Waits for SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat."""

    def __init__(self, hooks: Hooks, executions: Executions) -> None:
        module = hooks.module("services.stepfunctions")
        self._executions = executions
        self._tokens = hooks.get(module, "_task_tokens")
        self._activities = hooks.get(module, "_activities")
        self._queues = hooks.get(module, "_activity_tasks")
        self._refuse = hooks.get(module, "error_response_json")
        self._lock = threading.Lock()
        self._closed: OrderedDict[str, None] = OrderedDict()
        for name in ("_send_task_success", "_send_task_failure", "_send_task_heartbeat"):
            hooks.wrap(module, name, self._while_open)

    def called_back(self, attempt: Attempt, invoke: Callable[[str, Any], Any]) -> Any:  # noqa: ANN401 - JSON
        """Begin a task and wait for the call that ends it; a task that cannot be begun fails at once."""
        done = self._open(attempt.token)
        try:
            resource = attempt.resource.removesuffix(_CALLBACK)
            answer = self._executions.bounded(
                lambda: invoke(resource, attempt.data), attempt.timeout, ends_itself=False
            )
            self._executions.submitted(answer)
            return self._answer(attempt.token, done, attempt.timeout, attempt.heartbeat)
        finally:
            self._close(attempt.token)

    def activity(self, attempt: Attempt) -> Any:  # noqa: ANN401 - JSON
        """Wait for a worker to take and end a task; its time counts from when it is taken."""
        if attempt.resource not in self._activities:
            raise self._executions.error("ActivityDoesNotExist", f"Activity Does Not Exist: '{attempt.resource}'")
        token = str(uuid.uuid4())
        task = {"taskToken": token, "input": json.dumps(attempt.data)}
        done, queue = self._open(token), self._queues[attempt.resource]
        try:
            queue.append(task)
            while task in queue:
                if self._executions.wait(done, _LOOK_SECONDS):
                    break
            return self._answer(token, done, attempt.timeout, attempt.heartbeat)
        finally:
            self._close(token)
            if task in queue:
                queue.remove(task)

    def _open(self, token: str) -> threading.Event:
        done = threading.Event()
        self._tokens[token] = {"event": done, "result": None, "error": None, "heartbeat": None}
        return done

    def _close(self, token: str) -> None:
        with self._lock:
            self._tokens.pop(token, None)
            self._closed[token] = None
            while len(self._closed) > _REMEMBERED:
                self._closed.popitem(last=False)

    def _while_open(self, handle: Callable[..., Any]) -> Callable[..., Any]:
        """Take one answer to a task; ministack lets a second one overwrite the first."""

        def call(request: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
            token = str(request.get("taskToken", ""))
            with self._lock:
                info = self._tokens.get(token)
                if info is not None and not info["event"].is_set():
                    return handle(request)
                if info is not None or token in self._closed:
                    text = "Task Timed Out: 'Provided task does not exist anymore'"
                    return self._refuse("TaskTimedOut", text, 400)
            return self._refuse("InvalidToken", "Invalid Token: 'Invalid token'", 400)

        return call

    def _answer(self, token: str, done: threading.Event, timeout: float | None, heartbeat: float | None) -> Any:  # noqa: ANN401
        info, started = self._tokens[token], time.monotonic()
        beat, last = started, info["heartbeat"]
        while not self._executions.wait(done, _LOOK_SECONDS):
            now = time.monotonic()
            if info["heartbeat"] is not last:
                last, beat = info["heartbeat"], now
            if timeout is not None and now - started >= timeout:
                raise self._executions.error("States.Timeout", f"Task timed out after {timeout:g} seconds")
            if heartbeat is not None and now - beat >= heartbeat:
                raise self._executions.error(
                    "States.HeartbeatTimeout", f"Task sent no heartbeat for {heartbeat:g} seconds"
                )
        failure = info["error"]
        if failure:
            raise self._executions.error(str(failure.get("Error", "")), str(failure.get("Cause", "")))
        result = info["result"]
        return json.loads(result) if isinstance(result, str) else result
