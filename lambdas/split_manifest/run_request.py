"""What a run is asked for. Pure functions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from image_lists import InvalidRequest, is_run_id, run_id_from

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUESTS = "requests/"
FIELDS = ("prefixes", "images_per_job", "run_id")
MOST_IMAGES_PER_JOB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """A checked request.

    Attributes:
        prefixes: Beginnings of the keys to look at.
        images_per_job: Images in one list, or None for the default.
        run_id: Name of the run; the same request always has the same.
    """

    prefixes: tuple[str, ...]
    images_per_job: int | None
    run_id: str


def uploaded_request(event: Mapping[str, Any], *, bucket: str) -> str | None:
    """The key of the request object that was uploaded, or None when the event is the request itself.

    An upload is told of by EventBridge's "Object Created" event, or by what an S3 trigger makes of it: an object with
    `bucket` and `key`.

    Raises:
        InvalidRequest: the event tells of something else than a request object in `bucket`.
    """
    if "detail-type" in event:
        if event["detail-type"] != "Object Created":
            fix = "correct the rule's pattern"
            raise invalid("detail-type", event["detail-type"], allowed="'Object Created'", fix=fix)
        detail = event.get("detail") or {}
        found, key = (detail.get("bucket") or {}).get("name"), (detail.get("object") or {}).get("key")
    elif "key" in event:
        found, key = event.get("bucket"), event["key"]
    else:
        return None
    if found != bucket:
        raise invalid("bucket", found, allowed=repr(bucket), fix="correct the rule's pattern")
    if not isinstance(key, str) or not key.startswith(REQUESTS) or not key.endswith(".json"):
        allowed = f"'{REQUESTS}<name>.json'"
        raise invalid("key", key, allowed=allowed, fix="upload the request under such a key")
    return key


def parse(fields: Any, *, name: str | None) -> RunRequest:  # noqa: ANN401 - any JSON
    """Check a request.

    Args:
        fields: The request as it came.
        name: What names the run when the request does not: the request object or the execution. None: a digest of the
            request does.

    Raises:
        InvalidRequest: names the first field that is wrong.
    """
    if not isinstance(fields, dict):
        raise invalid("the request", fields, allowed="a JSON object", fix='send {"prefixes": ["images/"]}')
    # Step Functions adds keys of its own that begin so (AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID).
    unknown = sorted(key for key in fields if key not in FIELDS and not key.startswith("AWS_"))
    if unknown:
        raise invalid(unknown[0], fields[unknown[0]], allowed=f"only the fields {', '.join(FIELDS)}", fix="remove it")
    prefixes = fields.get("prefixes")
    if not isinstance(prefixes, list) or not prefixes or not all(isinstance(one, str) and one for one in prefixes):
        allowed = "a list of one or more beginnings of keys, none of them empty"
        raise invalid("prefixes", prefixes, allowed=allowed, fix='send {"prefixes": ["images/"]}')
    wanted = fields.get("images_per_job")
    if wanted is not None and (type(wanted) is not int or not 1 <= wanted <= MOST_IMAGES_PER_JOB):
        allowed = f"a whole number from 1 to {MOST_IMAGES_PER_JOB}"
        raise invalid("images_per_job", wanted, allowed=allowed, fix="correct it or leave it out")
    return RunRequest(prefixes=tuple(prefixes), images_per_job=wanted, run_id=_run_id(fields, name=name))


def _run_id(fields: Mapping[str, Any], *, name: str | None) -> str:
    given = fields.get("run_id")
    if given is None:
        digest = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
        return run_id_from(name) if name else f"run-{digest[:16]}"
    if not isinstance(given, str) or not is_run_id(given):
        allowed = "1 to 80 letters, digits, '.', '-' and '_', a letter or digit first"
        raise invalid("run_id", given, allowed=allowed, fix="correct it or leave it out")
    return given


def invalid(field: str, value: object, *, allowed: str, fix: str) -> InvalidRequest:
    """Make the error for one field, with the value cut to a readable length."""
    shown = "missing" if value is None else json.dumps(value, default=str)
    shown = shown if len(shown) <= 200 else shown[:200] + "..."
    return InvalidRequest(f"{field} is {shown}; allowed: {allowed}; fix: {fix}")
