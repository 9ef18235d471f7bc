"""The life of one process."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from typing import IO, TYPE_CHECKING, Final

from batchwright.local.engine import Attempt, Exit, Started
from batchwright.local.runners.launch import Clients, LaunchError, launch_environment
from batchwright.local.runners.programs import PROGRAM_FILE, Program, ProgramRegistry

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.runners.interpreters import Interpreters
    from batchwright.local.runners.logs import LogShipper, LogStream
    from batchwright.local.runners.watchdog import Watchdog

_log = logging.getLogger(__name__)
_CHUNK: Final = 65_536
_LAST_OUTPUT_SECONDS: Final = 5.0
_SIGNALLED: Final = 128


class ProcessWork:
    """Starts a program in a group and a folder of its own, ships its output, waits for its end.

    Its arguments are those of the runner.
    """

    def __init__(
        self,
        *,
        attempt: Attempt,
        client: Clients,
        region: str,
        endpoint: str,
        programs: ProgramRegistry,
        interpreters: Interpreters,
        shipper: LogShipper,
        watchdog: Watchdog,
    ) -> None:
        self._attempt = attempt
        self._client = client
        self._region = region
        self._endpoint = endpoint
        self._programs = programs
        self._interpreters = interpreters
        self._shipper = shipper
        self._watchdog = watchdog
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._folder: str | None = None
        self._group: int | None = None

    def run(self, started: Callable[[Started], None]) -> Exit:
        """Run the program to its end; what it started in its group ends with it, as in a container."""
        attempt = self._attempt
        program = self._programs.find(attempt.container.image)
        if program is None:
            raise LaunchError(
                f"CannotPullContainerError: image {attempt.container.image} is not registered as a program. Without "
                f"Docker only images whose folder has a {PROGRAM_FILE} can run."
            )
        command = self._command(program)
        environment = launch_environment(attempt, client=self._client, region=self._region, endpoint=self._endpoint)
        stream = self._shipper.open(attempt.container.log, attempt.log_stream_name)
        try:
            process = self._start(command, self._variables(program, environment))
            started(Started(log_stream_name=stream.name))
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
        """Remove the working folder."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._group is not None:
            self._watchdog.forget(self._group)

    def _command(self, program: Program) -> list[str]:
        first, *rest = program.command
        if first == "python":
            try:
                first = self._interpreters.find(program.requirements)
            except (RuntimeError, OSError) as error:
                raise LaunchError(f"CannotPullContainerError: {error}") from error
        return [first, *rest, *self._attempt.container.command]

    def _variables(self, program: Program, environment: dict[str, str]) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        path = [str(entry) for entry in program.path]
        if path:
            own["PYTHONPATH"] = os.pathsep.join([*path, *filter(None, [own.get("PYTHONPATH")])])
        # The output is shipped line by line, so it must not wait in a buffer of the program.
        return {"PYTHONUNBUFFERED": "1", **own, **environment}

    def _start(self, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        self._folder = tempfile.mkdtemp(prefix="batchwright-job-")
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
        self._watchdog.watch(process.pid, self._folder)
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
