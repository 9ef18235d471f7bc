"""Every static check of the repository; `make check` and the pre-commit hook run this one list.

Exit codes: 0 all is well, 1 a check failed, 2 wrong arguments.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from tools.lib.machine import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
# Checked in one run: their module names differ, so they may import one another.
TYPED_TOGETHER = ["constructs/batchwright", "stacks", "examples", "tools", "benchmarks", "app.py"]
# Checked each by itself: every function has a module `handler`, every program names its modules as it likes.
TYPED_ALONE = ["lambdas/*", "containers/*/src"]
# Folders that are installed or generated.
NOT_OURS = (
    ".git",
    ".venv",
    "node_modules",
    "cdk.out*",
    "demo-out",
    "build",
    "dist",
    "site",
    ".batchwright",
    ".*_cache",
)
SHELLS = frozenset({"sh", "bash", "dash"})


@dataclass(frozen=True, slots=True)
class Command:
    """One program to run.

    Attributes:
        arguments: the program and its arguments.
        variables: what is added to its environment.
    """

    arguments: list[str]
    variables: Mapping[str, str] = field(default_factory=dict)


def lint(_: Path) -> list[Command]:
    """Ruff's rules."""
    return [Command(["ruff", "check", "--quiet", "."])]


def layout(_: Path) -> list[Command]:
    """Ruff's formatting."""
    return [Command(["ruff", "format", "--quiet", "--check", "--diff", "."])]


def types(root: Path) -> list[Command]:
    """Mypy, strict."""
    mypy = ["mypy", "--strict", "--no-error-summary"]
    together = [path for path in TYPED_TOGETHER if (root / path).is_file() or _has_python(root / path)]
    alone = [folder for pattern in TYPED_ALONE for folder in sorted(root.glob(pattern)) if _has_python(folder)]
    return [
        *([Command([*mypy, *together])] if together else []),
        # Its own folder as a base makes `import sibling` mean what it means at run time.
        *(Command([*mypy, str(folder.relative_to(root))], {"MYPYPATH": str(folder)}) for folder in alone),
    ]


def arrows(_: Path) -> list[Command]:
    """Import-linter: which room may import which."""
    return [Command(["lint-imports"])]


def shell(root: Path) -> list[Command]:
    """Shellcheck over every shell program."""
    files = shell_files(root)
    return [Command(["shellcheck", *files])] if files else []


STEPS: dict[str, Callable[[Path], list[Command]]] = {
    "lint": lint,
    "format": layout,
    "types": types,
    "arrows": arrows,
    "shell": shell,
}


def shell_files(root: Path) -> list[str]:
    """The files of the repository whose first line or name says that they are shell."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not any(fnmatch(name, pattern) for pattern in NOT_OURS)]
        found += [str(path.relative_to(root)) for path in map(Path(folder).joinpath, names) if is_shell(path)]
    return sorted(found)


def is_shell(path: Path) -> bool:
    """Whether the file is a shell program."""
    if not path.is_file() or path.is_symlink():
        return False
    if path.suffix == ".sh":
        return True
    with path.open("rb") as file:
        words = file.readline(200).decode(errors="replace").split()
    programs = [Path(word.strip("#!")).name for word in words[:2]]  # "#!/bin/sh -e", "#!/usr/bin/env bash"
    return bool(words) and words[0].startswith("#!") and not SHELLS.isdisjoint(programs)


def run_step(name: str, root: Path) -> bool:
    """Runs one step to its end, shows what it found and returns whether all is well."""
    started = time.monotonic()
    findings = [output for output in (_run(command, root) for command in STEPS[name](root)) if output is not None]
    verdict = "failed" if findings else "ok"
    say("\n".join([*findings, f"check {name}: {verdict} ({time.monotonic() - started:.1f} s)"]))
    return not findings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="tools/check", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("steps", nargs="*", metavar="STEP", help=f"some of {', '.join(STEPS)}; else all")
    steps = parser.parse_args(arguments).steps or list(STEPS)
    unknown = [step for step in steps if step not in STEPS]
    if unknown:
        parser.error(f"unknown step {', '.join(unknown)}; there are: {', '.join(STEPS)}")
    with ThreadPoolExecutor(max_workers=2) as workers:
        # The types take longest, so they start first.
        ordered = sorted(steps, key=lambda step: step != "types")
        results = list(workers.map(lambda step: run_step(step, ROOT), ordered))
    return 0 if all(results) else 1


def _has_python(folder: Path) -> bool:
    return any(folder.rglob("*.py"))


def _run(command: Command, root: Path) -> str | None:
    """Runs one command; returns what it printed when it failed, and None when all is well."""
    own = Path(sys.executable).parent
    environment = {**os.environ, **command.variables, "PATH": f"{own}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        done = subprocess.run(command.arguments, cwd=root, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return f"{command.arguments[0]} is not installed. Run this first: make setup"
    return None if done.returncode == 0 else (done.stdout + done.stderr).rstrip()


if __name__ == "__main__":
    sys.exit(main())
