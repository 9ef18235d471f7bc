"""The life of one process."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
from typing import IO, TYPE_CHECKING, Final

from batchwright.local.engine import Attempt, Container, Exit
from batchwright.local.runners.launch import LaunchError
from batchwright.local.runners.preparing import prepare
from batchwright.local.runners.process.orphans import FOLDER_VARIABLE, end_strays
from batchwright.local.runners.process.programs import PROGRAM_FILE, Program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from batchwright.local.runners.logs import LogStream
    from batchwright.local.runners.process.folders import Paths
    from batchwright.local.runners.process.site import ProcessTools

_log = logging.getLogger(__name__)
_CHUNK: Final = 65_536
_FIRST_OUTPUT_SECONDS: Final = 0.5
_LAST_OUTPUT_SECONDS: Final = 5.0
_SIGNALLED: Final = 128


class ProcessWork:
    """Starts a program in a group and a folder of its own, ships its output, waits for its end.

    Args:
        attempt: The attempt.
        container: The container that the program stands for.
        tools: What all attempts use.
        folder: The program's working folder.
        paths: Where its volumes lie.
        cancelled: Once it is set, the program need not start any more.
    """

    def __init__(
        self,
        *,
        attempt: Attempt,
        container: Container,
        tools: ProcessTools,
        folder: Path,
        paths: Paths,
        cancelled: threading.Event,
    ) -> None:
        self._attempt = attempt
        self._container = container
        self._tools = tools
        self._folder = folder
        self._paths = paths
        self._cancelled = cancelled
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._group: int | None = None

    def run(self, started: Callable[[], None]) -> Exit:
        """Run the program to its end; what it started in its group ends with it, as in a container."""
        container, tools = self._container, self._tools
        program = tools.programs.find(container.image)
        if program is None:
            raise LaunchError(
                f"CannotPullContainerError: image {container.image} is not registered as a program. Without Docker "
                f"only images whose folder has a {PROGRAM_FILE} can run."
            )
        command = self._command(program)
        variables = self._variables(program, self._environment())
        stream = tools.shipper.open(container.log, self._attempt.log_stream_name(container))
        try:
            if self._cancelled.is_set():
                raise LaunchError("CannotStartContainerError: the task was stopped before the program started")
            process = self._start(command, variables)
            started()
            return self._follow(process, stream)
        finally:
            stream.close()

    def signal(self, *, kill: bool) -> None:
        """Send SIGTERM or SIGKILL to the group."""
        # Under the lock, so that the group's number is not that of another program by now.
        with self._lock:
            if self._process is not None:
                _signal_group(self._process.pid, signal.SIGKILL if kill else signal.SIGTERM)

    def clean_up(self) -> None:
        """Leave the group alone from now on."""
        if self._group is not None:
            self._tools.watchdog.forget(self._group)

    def _environment(self) -> dict[str, str]:
        container = self._container
        # Nothing is pulled, but registry credentials that are missing are found here too.
        variables, _ = prepare(self._attempt, container, self._tools)
        own = {name: self._paths.translate(variables[name]) for name in container.environment if name in variables}
        return {**variables, **own}

    def _command(self, program: Program) -> list[str]:
        first, *rest = self._container.entry_point or program.command
        if first == "python":
            try:
                first = self._tools.interpreters.find(program.requirements)
            except (RuntimeError, OSError) as error:
                raise LaunchError(f"CannotPullContainerError: {error}") from error
        return [first, *rest, *map(self._paths.translate, self._container.command)]

    def _variables(self, program: Program, environment: dict[str, str]) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        path = [str(entry) for entry in program.path]
        if path:
            own["PYTHONPATH"] = os.pathsep.join([*path, *filter(None, [own.get("PYTHONPATH")])])
        # The output is shipped line by line, so it must not wait in a buffer of the program.
        return {"PYTHONUNBUFFERED": "1", **own, **environment, FOLDER_VARIABLE: str(self._folder)}

    def _start(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        try:
            process = subprocess.Popen(
                command,
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            detail = getattr(error, "strerror", None) or error
            raise LaunchError(f'CannotStartContainerError: exec: "{command[0]}": {detail}') from error
        self._group = process.pid
        self._tools.watchdog.watch(process.pid)
        with self._lock:
            self._process = process
        return process

    def _follow(self, process: subprocess.Popen[bytes], stream: LogStream) -> Exit:
        output = process.stdout
        if output is None:
            raise RuntimeError("the program has no output pipe")
        reader = threading.Thread(target=_pump, args=(output, stream), name="batchwright-output", daemon=True)
        reader.start()
        code = process.wait()
        with self._lock:
            _signal_group(process.pid, signal.SIGKILL)
            self._process = None
        reader.join(_FIRST_OUTPUT_SECONDS)
        if reader.is_alive():
            # Not before: most programs leave nobody behind, and to look for them takes time.
            end_strays(f"{self._folder}\0")
            reader.join(_LAST_OUTPUT_SECONDS)
        if reader.is_alive():
            _log.warning("a process that left its group still holds the output of job %s", self._attempt.job_id)
        else:
            output.close()
        return Exit(exit_code=code if code >= 0 else _SIGNALLED - code)


def _pump(output: IO[bytes], stream: LogStream) -> None:
    descriptor = output.fileno()
    while chunk := os.read(descriptor, _CHUNK):
        stream.write(chunk)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return
    except PermissionError:
        # macOS answers so for a group of which only a zombie is left.
        _log.debug("group %d cannot be signalled", group)
