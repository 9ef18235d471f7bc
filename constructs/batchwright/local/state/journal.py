"""Writes down what happens to the jobs of one region, as it happens."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.archive.archive import Changed
from batchwright.local.state.journal_folder import LED_TO, leading_to

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine import Attempt, BatchEngine, Exit, Handle, Runner, Started, Transition
    from batchwright.local.state.codec import Codec
    from batchwright.local.state.journal_file import JournalFile

_log = logging.getLogger("batchwright.local")
_READS: Final = ("Describe", "List", "Get")
_OF_JOBS: Final = frozenset({"SubmitJob", "CancelJob", "TerminateJob", "CancelJobs", "TerminateJobs"})
_LINKED: Final = frozenset({"DeleteJobQueue", "DeleteConsumableResource"})


class Journal:
    """Follows an engine: what it was asked for is on the disk before it answers, what runs before it begins to run.

    Each line is one cut through the engine: all that was changed since the line before.

    Args:
        file: Where lines go.
        codec: Writes values.
    """

    def __init__(self, *, file: JournalFile, codec: Codec) -> None:
        self._file = file
        self._codec = codec
        self._engine: BatchEngine | None = None
        self._changed = Changed()
        self._writing = threading.Lock()
        self._failed = False
        self._ended = False
        self._soon = threading.Event()
        self._thread = threading.Thread(target=self._flush_soon, name="batchwright-journal", daemon=True)

    @property
    def size(self) -> int:
        """Bytes in the file."""
        return self._file.size

    @property
    def failed(self) -> bool:
        """Whether something could not be written: a new archive has to take the place of what is missing."""
        return self._failed

    def follow(self, engine: BatchEngine) -> None:
        """Follow this engine, which tells `observe` and `carried_out`."""
        self._engine = engine
        self._thread.start()

    def observe(self, told: Transition) -> None:
        """Note a transition, under the engine's lock."""
        jobs, ident = self._changed.jobs, told.job_id
        if "#" in ident:
            # What one node does asks the others to stop, of which nobody is told.
            jobs[ident.partition("#")[0]] = True
        elif told.before is not None:
            jobs.setdefault(ident, False)
        elif ":" not in ident:
            # The children of a new job are written with it.
            jobs[ident] = True

    def carried_out(self, operation: str, request: Mapping[str, Any]) -> None:
        """Write down what an operation changed, before it is answered."""
        if operation.startswith(_READS):
            return
        self._write(lambda changed: _mark(changed, operation, request))
        self.sync()

    def flush(self) -> None:
        """Write down what was changed."""
        if self._changed:
            self._write(lambda _: None)

    def sync(self) -> None:
        """Have what was written on the disk."""
        with self._writing:
            if not (self._failed or self._ended):
                self._attempt(self._file.sync)

    def runner(self, runner: Runner) -> Runner:
        """Return a runner that starts nothing that is not written down."""
        return _Recording(runner, self.flush, self._soon.set)

    def archive(self, begin: Callable[[], tuple[int, JournalFile]]) -> tuple[int, dict[str, Any]]:
        """Return all of the engine, and the number of the new file that goes on from there.

        Args:
            begin: Makes that file.
        """
        with self._writing:
            number, file = begin()
            archive, change = self._cut()
            self._append(change)
            if not self._failed:
                self._attempt(lambda: self._file.append(leading_to(number)))
                self._attempt(self._file.sync)
            led = not self._failed
            self._file.close()
            self._file, self._failed = file, False
            if led:
                self._attempt(lambda: self._file.append(LED_TO))
        return number, archive

    def end(self) -> dict[str, Any]:
        """Return all of the engine, and follow it no longer; it tells of nothing any more."""
        with self._writing:
            archive, change = self._cut(last=True)
            self._append(change)
            self._attempt(self._file.sync)
            self._file.close()
            self._ended = True
        self._soon.set()
        self._thread.join()
        return archive

    def _flush_soon(self) -> None:
        """Write down ends of attempts: together, where many end at a time."""
        while not self._ended:
            self._soon.wait()
            self._soon.clear()
            self.flush()

    def _cut(self, *, last: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
        engine = self._followed()
        change: dict[str, Any] = {}

        def cut() -> None:
            change.update(engine.changes(self._take))
            if last:
                engine.mute()

        return engine.archive(cut), change

    def _write(self, mark: Callable[[Changed], None]) -> None:
        with self._writing:
            if self._ended:
                return

            def taken() -> Changed:
                mark(self._changed)
                return self._take()

            self._append(self._followed().changes(taken))

    def _append(self, change: Mapping[str, Any]) -> None:
        if not self._failed and any(change.values()):
            # The bulk is plain already.
            own = change["own"]
            line = {**self._codec.plain({**change, "own": ()}), "own": own}
            self._attempt(lambda: self._file.append(self._codec.text(line)))

    def _take(self) -> Changed:
        changed, self._changed = self._changed, Changed()
        return changed

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:
            self._failed = True
            _log.warning(
                "state: nothing more can be written to the journal (%s): free some space; until then a crash loses "
                "what happens to jobs from now on",
                error.strerror or error,
            )

    def _followed(self) -> BatchEngine:
        if self._engine is None:
            raise RuntimeError("there is no engine to follow yet")
        return self._engine


class _Recording:
    def __init__(self, runner: Runner, flush: Callable[[], None], soon: Callable[[], None]) -> None:
        self._runner = runner
        self._flush = flush
        self._soon = soon

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> Handle:
        """Begin an attempt that is written down."""

        def ended(exited: Exit) -> None:
            on_exit(exited)
            self._soon()

        self._flush()
        return self._runner.start(attempt, on_started=on_started, on_exit=ended)

    def release(self, network: str) -> None:
        """Have a network removed."""
        self._runner.release(network)


def _mark(changed: Changed, operation: str, request: Mapping[str, Any]) -> None:
    """Note what no transition tells of."""
    arn = str(request.get("resourceArn", ""))
    if operation in _LINKED:
        changed.linked = True
    elif ":job/" in arn:
        _note(changed, arn.rpartition(":job/")[2])
    elif operation not in _OF_JOBS:
        changed.resources = True
    else:
        for ident in filter(None, (request.get("jobId"), *(request.get("jobs") or ()))):
            _note(changed, ident)


def _note(changed: Changed, ident: str) -> None:
    if ":" in ident:
        changed.jobs.setdefault(ident, False)
    else:
        # With all parts, which are asked to stop too, or have tags of their own from now on.
        changed.jobs[ident.partition("#")[0]] = True
