"""What these programs ask of the machine: who we are, which system it is, and its package manager."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def say(message: str) -> None:
    """Tells the user one thing; standard output stays free for results."""
    print(message, file=sys.stderr, flush=True)


def is_root() -> bool:
    """Whether this process may install packages and start a Docker engine."""
    return os.geteuid() == 0


def os_release(path: Path = Path("/etc/os-release")) -> dict[str, str]:
    """The fields of os-release(5); empty where the file is missing."""
    fields: dict[str, str] = {}
    if not path.is_file():
        return fields
    for line in path.read_text(encoding="utf-8").splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.startswith("#"):
            fields[name.strip()] = "".join(shlex.split(value))
    return fields


def is_debian_like() -> bool:
    """Whether apt-get with Debian's package names is here (Debian and Ubuntu)."""
    fields = os_release()
    family = {fields.get("ID", ""), *fields.get("ID_LIKE", "").split()}
    return "debian" in family and shutil.which("apt-get") is not None


def apt_install(packages: list[str], *, if_known: Sequence[str] = ()) -> bool:
    """Installs Debian packages and what they depend on.

    Args:
        packages: the packages that must be there afterwards.
        if_known: packages that only some releases have.

    Returns:
        True when all are installed; otherwise apt's last lines have been shown.
    """
    say(f"Installing {', '.join(packages)} with apt-get ...")
    if not _apt_get("update"):
        return False
    wanted = [*packages, *(package for package in if_known if _apt_knows(package))]
    return _apt_get("install", "-y", "--no-install-recommends", *wanted)


def _apt_get(*arguments: str) -> bool:
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        say(f"{' '.join(command)} failed:\n{last_lines(done.stdout + done.stderr)}")
    return done.returncode == 0


def _apt_knows(package: str) -> bool:
    shown = subprocess.run(["apt-cache", "show", package], capture_output=True, text=True, check=False)
    return shown.returncode == 0 and bool(shown.stdout.strip())


def last_lines(text: str, count: int = 15) -> str:
    """The end of a program's output, indented, to be shown below the line that says what failed."""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-count:])
