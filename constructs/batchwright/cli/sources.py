"""What the paths on the command line stand for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from batchwright.checks import InputError
from batchwright.checks.templates.documents import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Source = Path | tuple[str, Mapping[str, Any]]

_STANDARD_INPUT: Final = "standard input"


def sources(paths: Iterable[str]) -> list[Source]:
    """Turn paths into what `load` reads, each once; `-` is the template on standard input.

    Raises:
        InputError: standard input holds no template.
    """
    return [_standard_input() if path == "-" else Path(path) for path in dict.fromkeys(paths)]


def _standard_input() -> tuple[str, Mapping[str, Any]]:
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"it is not UTF-8 text (byte {error.start})"
        raise InputError(_STANDARD_INPUT, problem, "Give a JSON or YAML template.") from error
    if not text.strip():
        raise InputError(_STANDARD_INPUT, "it is empty", "Pipe a template into the command.")
    content = parse(text, name=_STANDARD_INPUT)
    if not isinstance(content, dict):
        raise InputError(_STANDARD_INPUT, "it is not an object", "Give a CloudFormation template.")
    return _STANDARD_INPUT, content
