"""The event of the function, checked."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = ("definitions", "queues", "keep", "keep_for_seconds", "pinned", "dry_run")
REVISION = re.compile(r"arn:[\w-]+:batch:[\w-]+:\d{12}:job-definition/[A-Za-z0-9_-]{1,128}:[1-9]\d*")
QUEUE = re.compile(r"arn:[\w-]+:batch:[\w-]+:\d{12}:job-queue/[A-Za-z0-9_-]{1,128}")


class InvalidRequest(ValueError):  # noqa: N818 - the name that Lambda reports
    """The event is wrong; nothing was read, and nothing deregistered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the function is asked to do.

    Attributes:
        definitions: The current revision of each job definition, as ARNs.
        queues: Where live jobs are looked for, as ARNs; none for every queue of the Region.
        keep: Newest revisions that are kept.
        keep_for: How long others are kept after they were superseded.
        pinned: Revisions that are kept, as ARNs.
        dry_run: Whether nothing is deregistered.
    """

    definitions: tuple[str, ...]
    queues: tuple[str, ...]
    keep: int
    keep_for: timedelta
    pinned: frozenset[str]
    dry_run: bool


def parse(event: Mapping[str, Any]) -> Request:
    """Check an event.

    Raises:
        InvalidRequest: names the first field that is wrong.
    """
    unknown = sorted(event.keys() - set(FIELDS))
    if unknown:
        raise _invalid(unknown[0], event[unknown[0]], f"only the fields {', '.join(FIELDS)}")
    definitions = _arns(event, "definitions", REVISION)
    if not definitions:
        raise _invalid("definitions", [], "one or more ARNs of revisions")
    keep, seconds = event.get("keep"), event.get("keep_for_seconds")
    if type(keep) is not int or keep < 1:
        raise _invalid("keep", keep, "a whole number from 1")
    if type(seconds) is not int or seconds < 0:
        raise _invalid("keep_for_seconds", seconds, "a whole number from 0")
    dry_run = event.get("dry_run", False)
    if not isinstance(dry_run, bool):
        raise _invalid("dry_run", dry_run, "true or false")
    return Request(
        definitions=definitions,
        queues=_arns(event, "queues", QUEUE),
        keep=keep,
        keep_for=timedelta(seconds=seconds),
        pinned=frozenset(_arns(event, "pinned", REVISION)),
        dry_run=dry_run,
    )


def _arns(event: Mapping[str, Any], field: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    values = event.get(field, [])
    if not isinstance(values, list):
        raise _invalid(field, values, "a list of ARNs")
    for value in values:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise _invalid(field, value, f"ARNs like {pattern.pattern}")
    return tuple(dict.fromkeys(values))


def _invalid(field: str, value: object, allowed: str) -> InvalidRequest:
    return InvalidRequest(f"{field} is {json.dumps(value, default=str)[:200]}; allowed: {allowed}")
