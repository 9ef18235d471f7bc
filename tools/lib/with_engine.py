"""Runs a command with a Docker engine and the base image, and stops the engine afterwards if it was started for this.

The command sees DOCKER_HOST where there is an engine, and
  BATCHWRIGHT_ENGINE=ready          the engine answers and has the base image
  BATCHWRIGHT_ENGINE=none           there is none; BATCHWRIGHT_ENGINE_REASON says why
With BATCHWRIGHT_REQUIRE_ENGINE=1 the command does not run without an engine: exit code 3. Otherwise the exit code is
the command's own. Runs at the same time share a private engine; the last one stops it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from tools.lib import base_image, docker_engine, locks, machine
from tools.lib.docker_engine import NO_ENGINE
from tools.lib.private_engine import PrivateEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

NOT_FOUND = 127


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="tools/with-engine", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, help="the command and its arguments")
    command = parser.parse_args(arguments).command
    if not command:
        parser.error("name a command")
    try:
        with _engine(PrivateEngine.default()) as variables:
            if variables["BATCHWRIGHT_ENGINE"] == "none" and os.environ.get("BATCHWRIGHT_REQUIRE_ENGINE") == "1":
                machine.say(f"{variables['BATCHWRIGHT_ENGINE_REASON']} BATCHWRIGHT_REQUIRE_ENGINE=1 asks for one.")
                return NO_ENGINE
            return run(command, variables)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def run(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Runs the command to its end, whatever signal arrives meanwhile, and returns its exit code.

    Ctrl-C reaches the command from the terminal, so it is not passed on a second time; SIGTERM and SIGHUP are.
    """
    children: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        for child in children:
            child.send_signal(number)

    def leave_alone(_number: int, _frame: FrameType | None) -> None:
        """Unlike an ignored signal, one with a handler is back at its default in the child."""

    handlers: dict[signal.Signals, Callable[[int, FrameType | None], None]] = {
        signal.SIGINT: leave_alone,
        signal.SIGTERM: pass_on,
        signal.SIGHUP: pass_on,
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        children.append(subprocess.Popen(command, env={**os.environ, **variables}))
        code = children[0].wait()
    except OSError as failure:
        machine.say(f"{command[0]} cannot be started: {failure.strerror}")
        return NOT_FOUND
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


@contextlib.contextmanager
def _engine(private: PrivateEngine) -> Iterator[dict[str, str]]:
    """Provides the engine for a while; yields what the command should see of it."""
    if not machine.is_root():  # nothing can be started, so there is nothing to share and to stop
        yield _variables(private)
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with locks.shared(docker_engine.lock_file(private, "users")) as users:
        try:
            yield _variables(private)
        finally:
            # Nothing may cut the clean-up short.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            if users.is_last():
                docker_engine.stop(private, only_transient=True)


def _variables(private: PrivateEngine) -> dict[str, str]:
    engine = docker_engine.start(private, transient=True)
    if engine is None:
        return {"BATCHWRIGHT_ENGINE": "none", "BATCHWRIGHT_ENGINE_REASON": "No Docker engine answers."}
    if base_image.provide(engine.host) != 0:
        reason = f"The Docker engine has no {base_image.IMAGE} and none could be made."
        return {"DOCKER_HOST": engine.host, "BATCHWRIGHT_ENGINE": "none", "BATCHWRIGHT_ENGINE_REASON": reason}
    return {"DOCKER_HOST": engine.host, "BATCHWRIGHT_ENGINE": "ready"}


if __name__ == "__main__":
    sys.exit(main())
