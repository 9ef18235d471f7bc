"""Services that call functions and wait for no answer: rules, topics and log groups, with the function's retries."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import time
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from batchwright.local.emulator.ministack.guard import Hooks

_log = logging.getLogger("batchwright.local.lambda")
_FUNCTION = ":function:"


class Callers:
    """Takes the place of ministack's ways to a function, which call it once.

    Args:
        hooks: Hooks of the server.
        begin: Calls a function asynchronously: its record and the event.
    """

    def __init__(self, hooks: Hooks, begin: Callable[[Mapping[str, Any], Any], None]) -> None:
        service = hooks.module("services.lambda_svc")
        self._record = hooks.get(service, "_get_func_record_for_ref")
        self._scoped = hooks.get(service, "_execution_record_for_config")
        self._begin = begin
        hooks.wrap(hooks.module("services.eventbridge"), "_dispatch_to_lambda", self._of_rule)
        hooks.wrap(hooks.module("services.sns"), "_lambda_svc", lambda known: _Asynchronous(known, begin))
        logs = hooks.module("services.cloudwatch_logs")
        self._groups = hooks.get(logs, "_log_groups")
        self._matches = hooks.get(logs, "_subscription_pattern_matches")
        self._account = hooks.get(hooks.module("core.responses"), "get_account_id")
        hooks.replace(logs, "_fanout_to_subscription_filters", self._of_log_group)

    def _of_rule(self, otherwise: Callable[[str, str], None]) -> Callable[[str, str], None]:
        def call(arn: str, payload: str) -> None:
            try:
                event = json.loads(payload)
            except ValueError:
                event = payload
            if not self._call(arn, event):
                # It says that there is no such function.
                otherwise(arn, payload)

        return call

    def _of_log_group(self, group: str, stream: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Pass new lines on to the subscriptions of a log group; its caller must not fail because of them."""
        filters = (self._groups.get(group) or {}).get("subscriptionFilters") or {}
        for one in list(filters.values()):
            target = str(one.get("destinationArn", ""))
            name = target.partition(_FUNCTION)[2].split(":")[0]
            # What a function writes about its own lines would never end.
            if not name or group == f"/aws/lambda/{name}":
                continue
            chosen = [line for line in events if self._matches(one.get("filterPattern", ""), line.get("message", ""))]
            if chosen and not self._call(target, _envelope(self._account(), (group, stream), one, chosen)):
                _log.warning("log group %s: there is no function %s for its subscription", group, name)

    def _call(self, arn: str, event: Any) -> bool:  # noqa: ANN401 - JSON
        function, config, _ = self._record(arn)
        if not function or not config:
            return False
        self._begin(self._scoped(function, config), event)
        return True


class _Asynchronous:
    """Stands for ministack's Lambda where a service calls a function and drops the answer."""

    def __init__(self, service: Any, begin: Callable[[Mapping[str, Any], Any], None]) -> None:  # noqa: ANN401 - a module
        self._service = service
        self._execute_function_with_config_scope = begin

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        return getattr(self._service, name)


def _envelope(
    account: str, where: tuple[str, str], subscription: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the event of a subscription.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
    """
    told = {
        "messageType": "DATA_MESSAGE",
        "owner": account,
        "logGroup": where[0],
        "logStream": where[1],
        "subscriptionFilters": [subscription.get("filterName", "")],
        "logEvents": [
            {
                "id": uuid.uuid4().hex,
                "timestamp": line.get("timestamp", int(time.time() * 1000)),
                "message": line.get("message", ""),
            }
            for line in lines
        ],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(told).encode())).decode()}}
