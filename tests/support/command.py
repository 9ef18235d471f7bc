"""The `batchwright` command as a test runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Ran:
    """How a run of the command ended."""

    code: int
    out: str
    err: str


class Batchwright(Protocol):
    """Runs the command in this process; `stdin` is its standard input."""

    def __call__(self, *arguments: str, stdin: str | bytes | None = None) -> Ran: ...
