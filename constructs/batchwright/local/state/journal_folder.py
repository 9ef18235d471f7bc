"""The journals of a state folder: numbered files of each region, one going on where another ended."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Final

from batchwright.local.state.journal_file import JournalFile, read_lines, synced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from batchwright.local.emulator.errors import LocalAwsError

_log = logging.getLogger("batchwright.local")
_NEXT: Final = "next"
LED_TO: Final = '{"led":true}'
"""First line of a journal to which the one before leads; one that begins with a new server has none."""


class JournalFolder:
    """Makes, finds, reads and removes journals.

    Args:
        path: Where they lie.
        damaged: Makes the error for a file that is not as it was written.
    """

    def __init__(self, path: Path, *, damaged: Callable[[str], LocalAwsError]) -> None:
        self._path = path
        self._damaged = damaged

    def make(self, region: str) -> tuple[int, JournalFile]:
        """Make the next journal of a region, and return its number with it."""
        number = max(self._numbers(region), default=-1) + 1
        made = JournalFile(self._of(region, number))
        synced(self._path)
        return number, made

    def regions(self) -> set[str]:
        """Return the regions that have a journal."""
        names = [path.name.rpartition(".") for path in self._path.iterdir()]
        return {region for region, _, number in names if region and number.isdigit()}

    def written(self) -> bool:
        """Say whether anything was ever written."""
        return any(path.stat().st_size for path in self._path.iterdir())

    def lines(self, region: str, number: int) -> Iterator[str]:
        """Yield the lines of a region's journal, and of those that it goes on in.

        Args:
            region: The region.
            number: The first journal.

        Raises:
            LocalAwsError: A journal is missing or damaged.
        """
        after: int | None = number
        while after is not None:
            number, after = after, None
            for line in self._read(region, number):
                after = _leads_to(line)
                if after is None and line != LED_TO:
                    yield line
        # What a crash cuts off is the last line, and the next journal is led to before anything is written to it.
        follower = self._of(region, number + 1)
        if follower.exists() and self._read(region, number + 1)[:1] == [LED_TO]:
            raise self._damaged(f"{self._named(region, number)}: it ends before {follower.name} begins")

    def remove_before(self, region: str, first: int) -> None:
        """Remove the journals of a region with lower numbers."""
        for number in self._numbers(region):
            if number < first:
                self._of(region, number).unlink()

    def _read(self, region: str, number: int) -> list[str]:
        path = self._of(region, number)
        try:
            lines, left_out = read_lines(path)
        except FileNotFoundError:
            raise self._damaged(f"{self._named(region, number)} is missing") from None
        except (OSError, ValueError) as error:
            raise self._damaged(f"{self._named(region, number)}: {error}") from error
        if left_out:
            _log.warning(
                "state: the end of %s is damaged and left out (%d bytes): what happened to jobs in the last moments "
                "before the server was killed may be lost",
                path,
                left_out,
            )
        return lines

    def _of(self, region: str, number: int) -> Path:
        return self._path / f"{region}.{number}"

    def _named(self, region: str, number: int) -> str:
        return f"{self._path.name}/{region}.{number}"

    def _numbers(self, region: str) -> list[int]:
        names = [path.name.rpartition(".") for path in self._path.iterdir()]
        return [int(number) for name, _, number in names if name == region and number.isdigit()]


def leading_to(number: int) -> str:
    """Return the last line of a journal that goes on in another one."""
    return json.dumps({_NEXT: number})


def _leads_to(line: str) -> int | None:
    """Return the number of the journal that a line names."""
    return int(json.loads(line)[_NEXT]) if line.startswith(f'{{"{_NEXT}":') else None
