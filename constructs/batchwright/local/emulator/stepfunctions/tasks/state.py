"""The Task state: attempts with their events, time limits and heartbeats, Retry and Catch."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.stepfunctions.tasks.events import TaskEvents
from batchwright.local.emulator.stepfunctions.tasks.retries import TIMEOUTS, Retries, catcher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions
    from batchwright.local.emulator.stepfunctions.runs.history import History
    from batchwright.local.emulator.stepfunctions.states.fields import Fields
    from batchwright.local.emulator.stepfunctions.tasks.tokens import TaskTokens

_CALLBACK: Final = ".waitForTaskToken"
_INVOKE: Final = ":states:::lambda:invoke"
# Of the integrations that ministack and this package have, these look whether anybody waits for them.
_ENDS_ITSELF: Final = (":states:::batch:submitJob.sync", ":states:::states:startExecution.sync")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt of a task.

    Attributes:
        resource: The field Resource.
        data: The effective input.
        token: Its task token, for tasks that wait for one.
        timeout: Seconds that it may take, or None.
        heartbeat: Seconds between two signs of life, or None.
    """

    resource: str
    data: Any
    token: str
    timeout: float | None
    heartbeat: float | None


class TaskState:
    """Takes the place of ministack's `_execute_task`."""

    def __init__(
        self, hooks: Hooks, executions: Executions, history: History, fields: Fields, tokens: TaskTokens
    ) -> None:
        self._module = hooks.module("services.stepfunctions")
        self._failed = hooks.get(self._module, "_ExecutionError")
        self._executions = executions
        self._history = history
        self._fields = fields
        self._tokens = tokens
        self._region = hooks.get(hooks.module("core.responses"), "get_region")
        hooks.get(self._module, "_invoke_resource")
        hooks.replace(self._module, "_execute_task", self._run)
        hooks.replace(self._module, "_with_retry_and_catch", self.with_retry_and_catch)

    def _run(
        self,
        state: dict[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        execution: dict[str, Any],
        context: dict[str, Any],
    ) -> tuple[Any, str | None]:
        def attempt() -> tuple[Any, str | None]:
            if state["Resource"].endswith(_CALLBACK):
                # One for each attempt: an answer to the last one is too late for the next.
                context["Task"] = {"Token": str(uuid.uuid4())}
            result = self._attempt(state, data, execution, context)
            return self._fields.finish(state, data, result, context)

        return self.with_retry_and_catch(state, data, context, attempt)

    def with_retry_and_catch(
        self,
        state: Mapping[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        context: dict[str, Any],
        attempt: Callable[[], tuple[Any, str | None]],
    ) -> tuple[Any, str | None]:
        """Try until it is done, or no retrier takes the error any more; then ask the catchers."""
        retries = Retries(state.get("Retry", []))
        here = context["State"]
        while True:
            # Branches leave their own State in the context.
            context["State"] = {**here, "RetryCount": retries.count}
            try:
                return attempt()
            except self._failed as error:
                self._executions.check()
                delay = retries.delay(error.error)
                if delay is not None:
                    self._executions.sleep(delay)
                    continue
                caught = catcher(state.get("Catch", []), error.error)
                if caught is None:
                    raise
                return self._fields.caught(state, caught, data, (error.error, error.cause), context), caught["Next"]

    def _attempt(
        self,
        state: dict[str, Any],
        data: Any,  # noqa: ANN401 - JSON
        execution: dict[str, Any],
        context: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - JSON
        one = Attempt(
            resource=state["Resource"],
            data=self._fields.arguments(state, data, context),
            token=context.get("Task", {}).get("Token", ""),
            timeout=self._fields.seconds("TimeoutSeconds", state, data, context),
            heartbeat=self._fields.seconds("HeartbeatSeconds", state, data, context),
        )
        events = TaskEvents(resource=one.resource, region=self._region())
        submitted: list[Any] = []

        def tell(answer: Any) -> None:  # noqa: ANN401 - JSON
            submitted.append(answer)
            self._add(execution, events.submitted(answer))

        self._add(execution, events.scheduled(one.data, one.timeout, one.heartbeat))
        self._add(execution, events.started())
        try:
            with self._executions.submissions(tell):
                result = self._call(one)
        except self._failed as error:
            late = error.error in TIMEOUTS
            self._add(execution, events.failed(error.error, error.cause, timed_out=late, submitted=bool(submitted)))
            raise
        self._add(execution, events.succeeded(result))
        return result

    def _call(self, one: Attempt) -> Any:  # noqa: ANN401 - JSON
        if one.resource.endswith(_CALLBACK):
            return self._tokens.called_back(one, self._invoke)
        if ":activity:" in one.resource:
            return self._tokens.activity(one)
        ends_itself = one.resource.removesuffix(":2").endswith(_ENDS_ITSELF)
        return self._executions.bounded(
            lambda: self._invoke(one.resource, one.data), one.timeout, ends_itself=ends_itself
        )

    def _invoke(self, resource: str, data: Any) -> Any:  # noqa: ANN401 - JSON
        if _INVOKE in resource and isinstance(data, dict):
            # ministack gives the function the whole of it when there is no payload.
            data = {"Payload": {}, **data}
        return getattr(self._module, "_invoke_resource")(resource, data)  # noqa: B009 - a hooked name

    def _add(self, execution: dict[str, Any], event: Any) -> None:  # noqa: ANN401 - an Event
        self._history.add(execution, event.kind, event.details)
