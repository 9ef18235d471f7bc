"""In which line of its file a resource stands."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_LARGEST = 5_000_000
"""Bytes of a file that is still searched: CloudFormation takes 1 MB."""


def line_of(template: str, resource: str) -> int | None:
    """Find the line, from 1, where a resource begins; None when it cannot be told.

    Searches for the resource's key with the smallest indentation after `Resources`: no second reading of JSON and YAML,
    which keep no lines, and right for every template that is indented.
    """
    text = _text(template)
    start = _key("Resources", text)
    found = _key(resource, text, start) if resource and start is not None else None
    return None if found is None else text.count("\n", 0, found) + 1


def _key(name: str, text: str, start: int = 0) -> int | None:
    key = rf"""(?P<quote>["']?){re.escape(name)}(?P=quote)[ \t]*:"""
    matches = list(re.compile(rf"^(?P<indent>[ \t]*){key}", re.MULTILINE).finditer(text, start))
    if matches:
        return min(matches, key=lambda match: len(match["indent"])).end("indent")
    inside = re.compile(rf"[{{,][ \t]*{key}").search(text, start)
    return inside.start() if inside else None


@cache
def _text(template: str) -> str:
    file = Path(template)
    try:
        return file.read_text(encoding="utf-8") if file.stat().st_size <= _LARGEST else ""
    except (OSError, ValueError):
        return ""
