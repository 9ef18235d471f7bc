"""EventBridge Scheduler: when a schedule is due, in its own time zone, and what its target is given."""

from __future__ import annotations

import logging
import re
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from batchwright.local.emulator.events.dead_letters import SCHEDULE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

    from batchwright.local.emulator.ministack.guard import Hooks

_log = logging.getLogger("batchwright.local.events")
# ministack looks every 10 seconds. AWS promises a minute; here a test waits for it.
_LOOK_SECONDS = 1
_AT = re.compile(r"\s*at\((.+)\)\s*")
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expressions:
    """Reads rate() and cron(), as ministack does for rules.

    Attributes:
        rate_seconds: Returns the interval of a rate(), None for others.
        cron_fields: Returns the fields of a cron(), None for others.
        cron_next: Returns the first time after another that the fields name, None when there is none.
    """

    rate_seconds: Callable[[str], float | None]
    cron_fields: Callable[[str], Any]
    cron_next: Callable[[Any, datetime], datetime | None]

    def due_after(self, schedule: dict[str, Any], after: float | None) -> float | None:
        """Return when a schedule is due the first time, or the next time after another; None when never again.

        A schedule with a rate is due at once, or at its StartDate; so is, here, a one-time schedule whose time has
        passed when it is made. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
        """
        expression, zone = str(schedule.get("ScheduleExpression", "")), _zone(schedule)
        once = _AT.fullmatch(expression)
        if once is not None:
            return _moment(once[1], zone) if after is None else None
        begin = max(_made(schedule), _seconds(schedule.get("StartDate")) or 0.0)
        interval = self.rate_seconds(expression)
        if interval is not None:
            return begin if after is None else begin + (int((after - begin) // interval) + 1) * interval
        fields = self.cron_fields(expression)
        if fields is None:
            return None
        following = self.cron_next(fields, datetime.fromtimestamp(begin if after is None else after, tz=zone))
        return None if following is None else following.timestamp()


class Schedules:
    """Takes the place of ministack's sweep: that one reads every time as UTC.

    Args:
        hooks: Hooks of the server.
        now: Clock in seconds since 1970.
    """

    def __init__(self, hooks: Hooks, *, now: Callable[[], float] = time.time) -> None:
        self._module = hooks.module("services.scheduler")
        self._events = hooks.module("services.eventbridge")
        responses = hooks.module("core.responses")
        self._set_account = hooks.get(responses, "set_request_account_id")
        self._set_region = hooks.get(responses, "set_request_region")
        self._store = hooks.get(hooks.get(self._module, "_schedules"), "_data")
        self._expressions = Expressions(
            rate_seconds=hooks.get(self._events, "_parse_rate_seconds"),
            cron_fields=hooks.get(self._events, "_parse_cron_fields"),
            cron_next=hooks.get(self._events, "_cron_next_fire"),
        )
        self._now = now
        # With the time of its last change: a schedule that was changed, or made anew, begins anew.
        self._due: dict[tuple[Key, float], float | None] = {}
        hooks.get(self._events, "_invoke_target")
        hooks.replace(self._module, "_tick_schedules", self.look)
        hooks.replace(self._module, "_SCHEDULE_TICK_INTERVAL", _LOOK_SECONDS)
        hooks.replace(self._events, "_SCHEDULER_TICK_INTERVAL", _LOOK_SECONDS)

    def look(self) -> None:
        """Invoke the targets of all schedules that are due."""
        now = self._now()
        known = {(key, float(schedule["LastModificationDate"])) for key, schedule in list(self._store.items())}
        self._due = {key: due for key, due in self._due.items() if key in known}
        for key, schedule, due in list(self._ready(now)):
            self._invoke(key, schedule, due)
            if self._due.get((key, float(schedule["LastModificationDate"]))) is None:
                self._complete(key, schedule)

    def resume(self) -> None:
        """Have the schedules go on from now: what fell due before is not made up for."""
        now = self._now()
        for key, schedule in self._store.items():
            due = self._expressions.due_after(schedule, None)
            passed = due is not None and due <= now
            mark = (key, float(schedule["LastModificationDate"]))
            self._due[mark] = self._expressions.due_after(schedule, now) if passed else due

    def _ready(self, now: float) -> Iterator[tuple[Key, dict[str, Any], float]]:
        for key, schedule in list(self._store.items()):
            mark = (key, float(schedule["LastModificationDate"]))
            if mark not in self._due:
                self._due[mark] = self._expressions.due_after(schedule, None)
            due = self._due[mark]
            if due is None or _is_over(schedule, due):
                self._complete(key, schedule)
            elif due <= now:
                self._due[mark] = self._expressions.due_after(schedule, now)
                if schedule.get("State") == "ENABLED":
                    yield key, schedule, due

    def _invoke(self, key: Key, schedule: dict[str, Any], due: float) -> None:
        account, region, _ = key
        self._set_account(account)
        self._set_region(region)
        execution = str(uuid.uuid4())
        target = _filled(dict(schedule.get("Target") or {}), schedule, due, execution)
        event = {
            "EventId": execution,
            "Source": "aws.scheduler",
            "DetailType": "Scheduled Event",
            "Detail": "{}",
            "Time": due,
            "Resources": [schedule["Arn"]],
            "Account": account,
            "Region": region,
        }
        letter = {
            "SCHEDULE_ARN": str(schedule["Arn"]),
            "EXECUTION_ID": execution,
            "SCHEDULED_TIME": _text(due),
            "IS_PAYLOAD_TRUNCATED": "false",
        }
        try:
            getattr(self._events, "_invoke_target")(target, event, {**schedule, SCHEDULE: letter})  # noqa: B009
        except Exception:
            # One bad schedule must not end the thread for all.
            _log.exception("schedule %s failed", schedule["Arn"])

    def _complete(self, key: Key, schedule: dict[str, Any]) -> None:
        """Delete a schedule that is never due again, if that was asked for."""
        if schedule.get("ActionAfterCompletion") == "DELETE":
            self._store.pop(key, None)


def _filled(target: dict[str, Any], schedule: dict[str, Any], due: float, execution: str) -> dict[str, Any]:
    """Replace the context attributes in the input.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    text = target.get("Input")
    if not text:
        return target
    for name, value in {
        "schedule-arn": schedule["Arn"],
        "scheduled-time": _text(due),
        "execution-id": execution,
        "attempt-number": "1",
    }.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return {**target, "Input": text}


def _is_over(schedule: dict[str, Any], due: float) -> bool:
    """One-time schedules have no EndDate, even when one is given."""
    end = _seconds(schedule.get("EndDate"))
    return end is not None and due > end and not _AT.fullmatch(str(schedule.get("ScheduleExpression", "")))


def _zone(schedule: dict[str, Any]) -> tzinfo:
    try:
        return ZoneInfo(str(schedule.get("ScheduleExpressionTimezone") or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        _log.warning("schedule %s names no time zone; UTC is taken", schedule.get("Name"))
        return UTC


def _moment(text: str, zone: tzinfo) -> float | None:
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=zone)).timestamp()


def _made(schedule: dict[str, Any]) -> float:
    return float(schedule.get("LastModificationDate") or schedule.get("CreationDate") or 0.0)


def _seconds(value: Any) -> float | None:  # noqa: ANN401 - a number, or a time as text
    if value is None or isinstance(value, (int, float)):
        return value
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
