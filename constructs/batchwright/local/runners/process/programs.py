"""Image folders that say how their program runs without Docker."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM_FILE: Final = "process.json"
_MEMBERS: Final = {"command", "requirements", "path"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How the program of an image runs as a process.

    Attributes:
        folder: The image's folder.
        command: The program and its first arguments; a job's own command is added, as after an ENTRYPOINT. `python`
            in the first place stands for an interpreter that has the requirements.
        requirements: Pinned requirements (`name==version`, with hashes), or None when it needs none.
        path: Folders for `PYTHONPATH`.
    """

    folder: Path
    command: tuple[str, ...]
    requirements: Path | None = None
    path: tuple[Path, ...] = ()


class ProgramRegistry:
    """Finds the program that stands for an image. Thread-safe."""

    def __init__(self) -> None:
        self._programs: dict[str, Program] = {}
        self._lock = threading.Lock()

    def register(self, image_name: str, folder: Path) -> Program:
        """Let an image's name stand for the program of a folder; a later registration replaces an earlier one.

        Args:
            image_name: The name as job definitions have it.
            folder: A folder with a `process.json`, such as
                `{"command": ["python", "-m", "embed"], "requirements": "requirements.txt", "path": ["src"]}`.

        Raises:
            ValueError: The file is missing or is not of that form; the text names the file and the member.
        """
        program = _read(folder.resolve())
        with self._lock:
            self._programs[image_name] = program
        return program

    def find(self, image_name: str) -> Program | None:
        """Return the program registered for an image, or None."""
        with self._lock:
            return self._programs.get(image_name)

    def folders(self) -> dict[str, Path]:
        """Return the folder of each image."""
        with self._lock:
            return {name: program.folder for name, program in self._programs.items()}


def _read(folder: Path) -> Program:
    file = folder / PROGRAM_FILE
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(
            f"{file} cannot be read ({error.strerror}): it says how the image runs without Docker."
        ) from error
    except ValueError as error:
        raise ValueError(f"{file} is not JSON: {error}") from error
    if not isinstance(content, dict) or not set(content) <= _MEMBERS:
        raise ValueError(f"{file} must be an object with the members {', '.join(sorted(_MEMBERS))} and no others.")
    command = _words(file, content, "command")
    if not command:
        raise ValueError(f"{file}: command must have at least one entry.")
    requirements = content.get("requirements")
    if requirements is not None and (not isinstance(requirements, str) or not (folder / requirements).is_file()):
        raise ValueError(f"{file}: requirements is {requirements!r}, but must name a file in {folder}.")
    return Program(
        folder=folder,
        command=command,
        requirements=None if requirements is None else folder / requirements,
        path=tuple(folder / entry for entry in _words(file, content, "path")),
    )


def _words(file: Path, content: dict[str, Any], member: str) -> tuple[str, ...]:
    words = content.get(member, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ValueError(f"{file}: {member} must be a list of strings, but is {words!r}.")
    return tuple(words)
