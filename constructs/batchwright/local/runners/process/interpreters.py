"""Python interpreters that have what a program needs."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement

_log = logging.getLogger(__name__)
_HASH: Final = re.compile(r"\s--hash=\S+")
_TAIL_LINES: Final = 5


class Interpreters:
    """Chooses the running interpreter when it has every pinned requirement, else makes a virtual environment once.

    Environments are kept by the content of the requirements and the Python version, so the next run is quick.

    Args:
        cache: Where they are kept; by default the user's cache folder (`XDG_CACHE_HOME` is obeyed).
    """

    def __init__(self, *, cache: Path | None = None) -> None:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self._cache = cache or home / "batchwright" / "programs"
        self._found: dict[str, str] = {}
        self._lock = threading.Lock()

    def find(self, requirements: Path | None) -> str:
        """Return the path of an interpreter.

        Raises:
            RuntimeError: The environment cannot be made; the text has the end of what pip said.
        """
        if requirements is None:
            return sys.executable
        content = requirements.read_bytes()
        key = hashlib.sha256(content + sys.version.encode()).hexdigest()[:16]
        # One at a time: two jobs of the same program must not both make its environment.
        with self._lock:
            if key not in self._found:
                installed = _all_installed(content.decode("utf-8"))
                self._found[key] = sys.executable if installed else self._environment(key, requirements)
            return self._found[key]

    def _environment(self, key: str, requirements: Path) -> str:
        home = self._cache / key
        if not home.is_dir():
            _log.warning("making a Python environment for %s in %s (once)", requirements, home)
            self._cache.mkdir(parents=True, exist_ok=True)
            building = Path(tempfile.mkdtemp(prefix=f"{key}-", dir=self._cache))
            try:
                _build(building, requirements)
                _move(building, home)
            finally:
                shutil.rmtree(building, ignore_errors=True)
        return str(home / "bin" / "python")


def _all_installed(content: str) -> bool:
    """Whether this interpreter has every requirement that is meant for it, in the pinned version."""
    lines = _HASH.sub("", content.replace("\\\n", " ")).splitlines()
    try:
        wanted = [Requirement(line) for line in lines if line.strip() and not line.lstrip().startswith(("#", "-"))]
    except InvalidRequirement:
        # An address or a folder; pip knows what to do with it.
        return False
    return bool(wanted) and all(map(_is_installed, wanted))


def _is_installed(requirement: Requirement) -> bool:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    # Without a pin nobody knows which version the program was made for.
    return any(each.operator == "==" for each in requirement.specifier) and requirement.specifier.contains(
        version, prereleases=True
    )


def _build(building: Path, requirements: Path) -> None:
    python = str(building / "bin" / "python")
    hashed = ["--require-hashes"] if "--hash=" in requirements.read_text(encoding="utf-8") else []
    # With a pip at hand the environment needs none of its own, which is most of the work of making one.
    if importlib.util.find_spec("pip") is not None:
        make, pip = ["--without-pip"], [sys.executable, "-m", "pip", "--python", python]
    else:
        make, pip = [], [python, "-m", "pip"]
    for command in (
        [sys.executable, "-m", "venv", *make, str(building)],
        [*pip, "install", "--quiet", "--disable-pip-version-check", *hashed, "-r", str(requirements)],
    ):
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            tail = "\n".join((result.stdout + result.stderr).strip().splitlines()[-_TAIL_LINES:])
            raise RuntimeError(f"the Python environment for {requirements} cannot be made: {tail}")


def _move(building: Path, home: Path) -> None:
    try:
        building.rename(home)
    except OSError:
        # Another process made the same one in the meantime; anything else is a real failure.
        if not home.is_dir():
            raise
