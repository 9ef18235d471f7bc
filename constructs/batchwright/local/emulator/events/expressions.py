"""Schedules that AWS does not take are refused, when they are put and not when they never fire."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from batchwright.model.schedules import schedule_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks

_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_MAX_WINDOW: Final = 1440
_MAX_RETRIES: Final = 185
_MIN_AGE, _MAX_AGE = 60, 86_400


def install(hooks: Hooks) -> None:
    """Look at rules and schedules before ministack does."""
    hooks.wrap(hooks.module("services.eventbridge"), "_validate_schedule_expression", _rule_schedule)
    scheduler = hooks.module("services.scheduler")
    fields = hooks.get(hooks.module("services.eventbridge"), "_parse_cron_fields")
    refuse = hooks.get(scheduler, "_error")
    for name in ("_create_schedule", "_update_schedule"):
        hooks.wrap(scheduler, name, lambda handle: _schedule(handle, refuse, fields))


def fault(schedule: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a schedule of EventBridge Scheduler, None when nothing is."""
    expression = str(schedule.get("ScheduleExpression", ""))
    problems = schedule_problems(expression, field="ScheduleExpression")
    if problems:
        return f"Invalid Schedule Expression {expression}. {problems[0].fix}"
    zone = str(schedule.get("ScheduleExpressionTimezone") or "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"Invalid Schedule Expression Timezone {zone}."
    return _window_fault(schedule.get("FlexibleTimeWindow") or {}) or _retry_fault(schedule.get("Target") or {})


def _window_fault(window: Mapping[str, Any]) -> str | None:
    minutes = window.get("MaximumWindowInMinutes")
    if window.get("Mode", "OFF") == "OFF":
        return None if minutes is None else "MaximumWindowInMinutes is for the mode FLEXIBLE only."
    if window["Mode"] != "FLEXIBLE":
        return f"Mode has to be OFF or FLEXIBLE but was {window['Mode']}."
    if minutes is None or not 1 <= int(minutes) <= _MAX_WINDOW:
        return f"MaximumWindowInMinutes has to be 1 to {_MAX_WINDOW} but was {minutes}."
    return None


def _retry_fault(target: Mapping[str, Any]) -> str | None:
    policy = target.get("RetryPolicy") or {}
    retries, age = int(policy.get("MaximumRetryAttempts", 0)), int(policy.get("MaximumEventAgeInSeconds", _MAX_AGE))
    if not 0 <= retries <= _MAX_RETRIES:
        return f"MaximumRetryAttempts has to be 0 to {_MAX_RETRIES} but was {retries}."
    if not _MIN_AGE <= age <= _MAX_AGE:
        return f"MaximumEventAgeInSeconds has to be {_MIN_AGE} to {_MAX_AGE} but was {age}."
    return None


def _rule_schedule(valid: Callable[[str], bool]) -> Callable[[str], bool]:
    """Rules have no at(), and one unit of a rate is no plural.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rate-expressions.html
    """

    def call(expression: str) -> bool:
        if expression.startswith("at(") or schedule_problems(expression, field="ScheduleExpression"):
            return False
        rate = _RATE.fullmatch(expression)
        return bool(valid(expression)) and (rate is None or (int(rate[1]) == 1) is (rate[3] == ""))

    return call


def _schedule(
    handle: Callable[..., Any], refuse: Callable[..., Any], fields: Callable[[str], Any]
) -> Callable[..., Any]:
    def call(name: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - ministack's response
        expression = str(body.get("ScheduleExpression") or "")
        if expression:
            problem = fault(body)
            if problem is None and expression.startswith("cron(") and fields(expression) is None:
                problem = f"the local AWS cannot tell when {expression} is due."
            if problem is not None:
                return refuse(400, "ValidationException", problem)
        return handle(name, body)

    return call
