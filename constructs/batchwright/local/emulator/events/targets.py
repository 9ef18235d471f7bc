"""Rule targets: job queues and log groups, and the brake before every target that starts work."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator import shapes
from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.guard import Hooks

_log = logging.getLogger("batchwright.local.events")
_STARTS_WORK = frozenset({"states", "batch"})
_SERVICE_PART = 2
_HTTP_ERROR = 400


def install(hooks: Hooks, context: EmulatorContext) -> None:
    """Wrap the delivery to a target."""
    module = hooks.module("services.eventbridge")
    targets = Targets(hooks, context)
    hooks.wrap(module, "_invoke_target", targets.around)


class Targets:
    """Delivers to the targets that ministack does not know and passes on the others."""

    def __init__(self, hooks: Hooks, context: EmulatorContext) -> None:
        self._context = context
        self._region = hooks.get(hooks.module("core.responses"), "get_region")
        module = hooks.module("services.eventbridge")
        self._view = hooks.get(module, "_pattern_event_view")
        self._transform = hooks.get(module, "_apply_input_transformer")
        logs = hooks.module("services.cloudwatch_logs")
        self._create_stream = hooks.get(logs, "_create_log_stream")
        self._put_lines = hooks.get(logs, "_put_log_events")

    def around(self, deliver: Callable[..., None]) -> Callable[..., None]:
        """Return the function that takes the place of ministack's."""

        def call(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> None:  # noqa: ANN401
            arn = str(target.get("Arn", ""))
            service = arn.split(":")[_SERVICE_PART] if arn.count(":") > _SERVICE_PART else ""
            name = str(rule.get("Name", "?"))
            with self._context.chain.delivery(name, arn, starts_work=service in _STARTS_WORK) as allowed:
                if not allowed:
                    return
                if service == "batch":
                    self._submit(arn, target, self._payload(target, event, rule, view), name)
                elif service == "logs":
                    self._log_event(arn, self._payload(target, event, rule, view))
                else:
                    deliver(target, event, rule, view)

        return call

    def _payload(self, target: Mapping[str, Any], event: Any, rule: Any, view: Any) -> str:  # noqa: ANN401 - ministack's
        view = view or self._view(event)
        whole = view.event_with_detail()
        if target.get("InputTransformer"):
            return str(self._transform(target["InputTransformer"], rule, view))
        if target.get("Input"):
            return str(target["Input"])
        if target.get("InputPath"):
            return json.dumps(_at(whole, str(target["InputPath"])))
        return json.dumps(whole)

    def _submit(self, arn: str, target: Mapping[str, Any], payload: str, rule: str) -> None:
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
            answer = self._context.engine(self._region()).handle("SubmitJob", body)
        except (BatchError, shapes.UnknownMemberError, ValueError) as error:
            _log.error("rule %s could not submit a job to %s: %s", rule, arn, error)
            return
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
                _log.error("an event could not be written to log group %s: %s", group, body)
                return


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
