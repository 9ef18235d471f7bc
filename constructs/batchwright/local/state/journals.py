"""The journals of all regions, and the archives that they go on from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.engine.archive.archive import EMPTY, laid_over
from batchwright.local.state.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from batchwright.local.state.codec import Codec
    from batchwright.local.state.folder import StateFolder

# A journal of this length is read in about a second.
_LONGEST: Final = 16_000_000


class Journals:
    """Makes and reads journals.

    Args:
        folder: Where they lie.
        codec: Writes and reads what is in them.

    Attributes:
        numbers: The number of the current journal of each region.
    """

    def __init__(self, folder: StateFolder, *, codec: Codec) -> None:
        self._folder = folder
        self._codec = codec
        self._made: dict[str, Journal] = {}
        self._last: dict[str, dict[str, Any]] = {}
        self._uncommitted: set[str] = set()
        self.numbers: dict[str, int] = {}

    @property
    def failed(self) -> bool:
        """Whether one could not be written."""
        return any(journal.failed for journal in list(self._made.values()))

    def make(self, region: str) -> Journal:
        """Return what writes down what happens to the jobs of a region.

        Raises:
            LocalAwsError: It cannot be written.
        """
        try:
            number, file = self._folder.journals.make(region)
        except OSError as error:
            raise LocalAwsError(f"state: {self._folder.path} cannot be written: {error}") from error
        made = self._made[region] = Journal(file=file, codec=self._codec)
        self.numbers[region] = number
        return made

    def archives(
        self, saved: Mapping[str, str], numbers: Mapping[str, int], readdressed: Callable[[str], str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each region with its resources and jobs: as saved, and what happened since laid over it.

        Args:
            saved: The text of each archive, by region.
            numbers: The journal in which each goes on.
            readdressed: Puts the address of this server into a text.

        Raises:
            LocalAwsError: Something is damaged.
        """
        for region in sorted({*saved, *self._folder.journals.regions()}):
            lines = self._folder.journals.lines(region, numbers.get(region, 0))
            changes = [readdressed(line) for line in lines]
            try:
                archive = self._codec.loads(saved[region]) if region in saved else dict(EMPTY)
                yield region, laid_over(archive, map(self._codec.loads, changes))
            except (LookupError, TypeError, ValueError) as error:
                raise self._folder.damaged(f"Batch in {region}: {error!r}") from error

    def put(self, archive: Mapping[str, Any]) -> str:
        """Keep an archive and return the name of its file."""
        return self._folder.put(self._codec.dumps(archive).encode())

    def saved(self) -> Iterator[tuple[str, str | None]]:
        """Yield each region with the file of a new archive; None for one whose journal may grow further."""
        for region, journal in list(self._made.items()):
            if region in self._last:
                yield region, self.put(self._last[region])
            elif journal.failed or journal.size > _LONGEST or region in self._uncommitted:
                # The new journal is worth nothing without the archive: until that is committed each save makes both.
                self._uncommitted.add(region)
                number, archive = journal.archive(partial(self._folder.journals.make, region))
                self.numbers[region] = number
                yield region, self.put(archive)
            else:
                yield region, None

    def committed(self) -> None:
        """Note that what `saved` yielded is the folder's state now."""
        self._uncommitted.clear()

    def sync(self) -> None:
        """Have all that happened on the disk."""
        for journal in list(self._made.values()):
            journal.flush()
            journal.sync()

    def end(self) -> None:
        """Have jobs as they are now: what happens to them from now on is not kept."""
        for region, journal in self._made.items():
            self._last[region] = journal.end()
