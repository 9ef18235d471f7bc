"""A Docker engine for this machine: the one that runs, else a private one where it can be started.

Private engine: on Debian and Ubuntu as root. It has its own socket, data folder, network bridge and firewall rules, and
none of them is left after `stop` but the data folder, which is the cache of images (`stop --purge` removes it too).
The folder BATCHWRIGHT_ENGINE_DIR, when set, holds all of it.

Exit codes: 0 done, 3 there is no engine and none can be started, 2 wrong arguments.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.lib import locks, machine
from tools.lib.machine import say
from tools.lib.private_engine import EngineError, PrivateEngine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NO_ENGINE = 3
DEFAULT_HOST = "unix:///var/run/docker.sock"
# Which Debian package brings which program.
PACKAGES = {"dockerd": "docker.io", "docker": "docker.io", "iptables": "iptables", "ip": "iproute2"}
# A private engine with this file in its run folder goes when the last `with-engine` run ends.
TRANSIENT_MARK = "transient"


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that answers.

    Attributes:
        host: its DOCKER_HOST value.
        private: whether it is the one started here.
    """

    host: str
    private: bool


def find(private: PrivateEngine) -> Engine | None:
    """The engine to use, without starting one: DOCKER_HOST's, else the Docker CLI's default, else the private one."""
    named = os.environ.get("DOCKER_HOST", "")
    if shutil.which("docker") is None:
        return None
    if named != private.host and _docker_answers():
        return Engine(host=named or _context_host(), private=False)
    if named in ("", private.host) and private.answers():
        return Engine(host=private.host, private=True)
    return None


def start(private: PrivateEngine, *, transient: bool = False) -> Engine | None:
    """Finds an engine or starts the private one.

    Args:
        private: where the private engine lives.
        transient: the last `with-engine` run stops it; else it runs until `stop`.

    Returns:
        The engine; None where there is none, after the user was told what is missing.
    """
    found = find(private)
    if found is not None and not found.private:
        return found
    if not _may_start(private):
        return None
    with locks.exclusive(lock_file(private, "lock")):
        mark = private.run / TRANSIENT_MARK
        found = find(private)
        if found is None and _install_missing():
            # A freshly installed package may have started the machine's own engine.
            found = find(private) or _start_private(private)
            if found is not None and found.private and transient:
                mark.touch()
        if not transient:
            mark.unlink(missing_ok=True)
        return found


def stop(private: PrivateEngine, *, purge: bool = False, only_transient: bool = False) -> None:
    """Stops the private engine; never one that was not started here."""
    with locks.exclusive(lock_file(private, "lock")):
        if only_transient and not (private.run / TRANSIENT_MARK).exists():
            return
        private.stop()
        if purge:
            private.purge()


def lock_file(private: PrivateEngine, name: str) -> Path:
    """A lock beside the engine's run folder, which itself comes and goes."""
    return private.run.with_name(f"{private.run.name}.{name}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    options = _parse(arguments)
    private = PrivateEngine.default()
    if options.action == "start":
        return _show(start(private))
    if options.action == "stop":
        if machine.is_root():
            stop(private, purge=options.purge)
        return 0
    found = find(private)
    if options.action == "host":
        return _show(found)
    if found is None:
        print(f"No Docker engine answers at {os.environ.get('DOCKER_HOST') or DEFAULT_HOST}.")
        return NO_ENGINE
    print(f"A Docker engine answers at {found.host} ({'started by this tool' if found.private else 'not ours'}).")
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tools/docker-engine", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="{start,stop,status,host}")
    actions.add_parser("start", help="find or start an engine and print its DOCKER_HOST")
    stopping = actions.add_parser("stop", help="stop the private engine")
    stopping.add_argument("--purge", action="store_true", help="remove its images and log too")
    actions.add_parser("status", help="say which engine there is")
    actions.add_parser("host", help="print the DOCKER_HOST of the engine that answers")
    return parser.parse_args(arguments)


def _show(engine: Engine | None) -> int:
    if engine is None:
        return NO_ENGINE
    print(engine.host)
    return 0


def _docker_answers() -> bool:
    try:
        asked = subprocess.run(
            ["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, check=False, timeout=10
        )
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


def _context_host() -> str:
    """Where the Docker CLI's current context points; libraries that know no contexts need it as DOCKER_HOST."""
    asked = subprocess.run(
        ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() or DEFAULT_HOST


def _may_start(private: PrivateEngine) -> bool:
    """Whether a private engine may be started; else says what the user can do."""
    named = os.environ.get("DOCKER_HOST", "")
    if named not in ("", private.host):
        say(f"No Docker engine answers at DOCKER_HOST={named}. Start it, or unset DOCKER_HOST.")
        return False
    if not machine.is_root() or not machine.is_debian_like():
        say(f"No Docker engine answers at {DEFAULT_HOST}. Start one; on Debian or Ubuntu root gets one by itself.")
        return False
    return True


def _install_missing() -> bool:
    """Installs what a private engine needs; True when all of it is here."""
    missing = sorted({package for program, package in PACKAGES.items() if shutil.which(program) is None})
    # The command line is a package of its own from Debian 13 on.
    return not missing or machine.apt_install(missing, if_known=["docker-cli"])


def _start_private(private: PrivateEngine) -> Engine | None:
    try:
        private.start()
    except EngineError as failure:
        say(f"No Docker engine: {failure}")
        return None
    return Engine(host=private.host, private=True)


if __name__ == "__main__":
    sys.exit(main())
