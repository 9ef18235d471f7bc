"""Targets of rules and schedules: job queues, log groups, any action, and the brake before what starts work."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator import sdk_calls, shapes
from batchwright.local.emulator.events import told
from batchwright.local.emulator.events.dead_letters import SCHEDULE, DeadLetters, DeliveryError
from batchwright.local.emulator.events.redelivery import Redeliveries
from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.iam.role_access import RoleAccess
    from batchwright.local.emulator.ministack.guard import Hooks

_log = logging.getLogger("batchwright.local.events")
_STARTS_WORK = frozenset({"states", "batch", "scheduler"})
# What a rule needs its role for, and what a schedule does; jobs are judged with all that their request names.
_BY_ROLE = {"states": "states:StartExecution"}
_SCHEDULED = {
    **_BY_ROLE,
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "events": "events:PutEvents",
}
_SERVICE_PART = 2
_PASSING = frozenset({"TooManyRequestsException", "ServerException"})
_HTTP_ERROR = 400


def install(hooks: Hooks, context: EmulatorContext, access: RoleAccess) -> Redeliveries:
    """Wrap the delivery to a target, and return what tries deliveries again."""
    module = hooks.module("services.eventbridge")
    again = Redeliveries()
    hooks.wrap(module, "_invoke_target", Targets(hooks, context, access, again).around)
    return again


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one target.

    Attributes:
        target: The target as it was put.
        event: The event as ministack keeps it.
        rule: The rule, or the schedule.
        view: ministack's view of the event.
    """

    target: dict[str, Any]
    event: dict[str, Any]
    rule: dict[str, Any]
    view: Any

    @property
    def arn(self) -> str:
        """ARN of the target."""
        return str(self.target.get("Arn", ""))

    @property
    def service(self) -> str:
        """Service of the target."""
        return self.arn.split(":")[_SERVICE_PART] if self.arn.count(":") > _SERVICE_PART else ""

    @property
    def rule_name(self) -> str:
        """Name of the rule or schedule."""
        return str(self.rule.get("Name", "?"))


class Targets:
    """Delivers to the targets that ministack does not know and passes on the others."""

    def __init__(self, hooks: Hooks, context: EmulatorContext, access: RoleAccess, again: Redeliveries) -> None:
        self._again = again
        self._context = context
        self._access = access
        self._region = hooks.get(hooks.module("core.responses"), "get_region")
        module = hooks.module("services.eventbridge")
        self._view = hooks.get(module, "_pattern_event_view")
        self._transform = hooks.get(module, "_apply_input_transformer")
        logs = hooks.module("services.cloudwatch_logs")
        self._create_stream = hooks.get(logs, "_create_log_stream")
        self._put_lines = hooks.get(logs, "_put_log_events")
        self._letters = DeadLetters(hooks)
        told.install(hooks)

    def around(self, deliver: Callable[..., None]) -> Callable[..., None]:
        """Return the function that takes the place of ministack's."""

        def call(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:  # noqa: ANN401
            one = Delivery(target=target, event=event, rule=rule, view=view or self._view(event))
            starts = one.service in _STARTS_WORK
            with self._context.chain.delivery(one.rule_name, one.arn, starts_work=starts) as allowed:
                if not allowed:
                    return
                try:
                    self._deliver(one, deliver)
                except DeliveryError as error:
                    self._again.add(
                        error,
                        one.target.get("RetryPolicy") or {},
                        lambda: self._deliver(one, deliver),
                        lambda last, retries, condition: self._failed(last, one, retries, condition),
                    )

        return call

    def _deliver(self, one: Delivery, deliver: Callable[..., None]) -> None:
        self._check(one)
        if one.service == "batch":
            self._submit(one.arn, one.target, self._payload(one))
        elif one.service == "logs":
            self._log_event(one.arn, self._payload(one))
        elif one.service == "scheduler":
            self._call(one.arn, str(one.target.get("RoleArn", "")), str(one.target.get("Input") or "{}"))
        else:
            with told.raised():
                deliver(one.target, one.event, one.rule, one.view)

    def _check(self, one: Delivery) -> None:
        """Refuse what the role of a target may not do. Rules reach functions, topics and queues without a role."""
        scheduled = SCHEDULE in one.rule
        action = _SCHEDULED.get(one.service) if scheduled else _BY_ROLE.get(one.service)
        if action is None:
            return
        refusal = self._access.refusal(str(one.target.get("RoleArn", "")), action, [one.arn], region=self._region())
        if refusal is not None:
            raise DeliveryError("NO_PERMISSIONS", refusal)

    def _failed(self, error: DeliveryError, one: Delivery, retries: int, condition: str) -> None:
        _log.error("rule %s did not reach %s: %s", one.rule_name, one.arn, error)
        letters = (one.target.get("DeadLetterConfig") or {}).get("Arn")
        if letters is None:
            return
        schedule = one.rule.get(SCHEDULE)
        about = {
            "TARGET_ARN": one.arn,
            "ERROR_CODE": error.code,
            "ERROR_MESSAGE": error.message,
            "RETRY_ATTEMPTS": str(retries),
            "EXHAUSTED_RETRY_CONDITION": condition,
            **(schedule or {"RULE_ARN": str(one.rule.get("Arn", ""))}),
        }
        # A rule's letter has the event, a schedule's what its target would have been given.
        body = one.target.get("Input") if schedule else None
        self._letters.send(letters, str(body or json.dumps(one.view.event_with_detail())), about)

    def _payload(self, one: Delivery) -> str:
        whole = one.view.event_with_detail()
        if one.target.get("InputTransformer"):
            return str(self._transform(one.target["InputTransformer"], one.rule, one.view))
        if one.target.get("Input"):
            return str(one.target["Input"])
        if one.target.get("InputPath"):
            return json.dumps(_at(whole, str(one.target["InputPath"])))
        return json.dumps(whole)

    def _call(self, arn: str, role: str, payload: str) -> None:
        """Call the action of a universal target of EventBridge Scheduler."""
        _, _, action = arn.partition(":aws-sdk:")
        service, _, name = action.partition(":")
        try:
            data = json.loads(payload)
        except ValueError as error:
            raise DeliveryError("ValidationException", f"Input is not valid JSON: {error}") from error
        if not isinstance(data, dict):
            raise DeliveryError("ValidationException", "Input has to be a JSON object")
        try:
            answer = sdk_calls.call(lambda known: self._access.client(role, known, self._region()), service, name, data)
        except sdk_calls.SdkAnswerError as error:
            raise DeliveryError(error.code, error.message, passes=error.passes) from error
        except (sdk_calls.SdkCallError, ValueError) as error:
            raise DeliveryError("ValidationException", str(error)) from error
        if service == "batch" and isinstance(answer, dict) and "JobId" in answer:
            self._context.chain.job_submitted(str(answer["JobId"]))

    def _submit(self, arn: str, target: Mapping[str, Any], payload: str) -> None:
        parameters = target.get("BatchParameters") or {}
        request: dict[str, Any] = {
            "JobName": parameters.get("JobName"),
            "JobQueue": arn,
            "JobDefinition": parameters.get("JobDefinition"),
        }
        if parameters.get("ArrayProperties"):
            request["ArrayProperties"] = {"Size": parameters["ArrayProperties"]["Size"]}
        if parameters.get("RetryStrategy"):
            request["RetryStrategy"] = {"Attempts": parameters["RetryStrategy"]["Attempts"]}
        # https://docs.aws.amazon.com/batch/latest/userguide/batch-cwe-target.html: the input may set both.
        wanted = _json_object(payload)
        request.update({key: wanted[key] for key in ("Parameters", "ContainerOverrides") if key in wanted})
        try:
            body = shapes.to_api(shapes.request("batch", "SubmitJob"), request)
            refusal = self._access.submission_refusal(str(target.get("RoleArn", "")), body, self._region())
            if refusal is not None:
                raise DeliveryError("NO_PERMISSIONS", refusal)
            answer = self._context.batch(self._region(), "SubmitJob", body)
        except BatchError as error:
            raise DeliveryError("SDK_CLIENT_ERROR", str(error), passes=error.code in _PASSING) from error
        except (shapes.UnknownMemberError, ValueError) as error:
            raise DeliveryError("SDK_CLIENT_ERROR", str(error)) from error
        self._context.chain.job_submitted(str(answer["jobId"]))

    def _log_event(self, arn: str, payload: str) -> None:
        group = arn.split(":log-group:", 1)[1].removesuffix(":*")
        # A stream for each delivery needs no look-up of one that may be there already. Called directly, because a
        # request to this server from its own event loop would wait for itself.
        stream = f"batchwright-{time.time_ns():x}"
        entry = {"timestamp": int(time.time() * 1000), "message": payload}
        for call, data in (
            (self._create_stream, {"logGroupName": group, "logStreamName": stream}),
            (self._put_lines, {"logGroupName": group, "logStreamName": stream, "logEvents": [entry]}),
        ):
            status, _, body = call(data)
            if status >= _HTTP_ERROR:
                raise DeliveryError("NO_RESOURCE", f"no event can be written to log group {group}: {body!r}")


def _at(value: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    whole = value
    for part in path.removeprefix("$").split("."):
        if not part:
            continue
        if not isinstance(value, dict) or part not in value:
            return whole
        value = value[part]
    return value


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
