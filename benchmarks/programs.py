"""Runs a side of a comparison as a process of its own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.benchmark import BenchmarkError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).resolve().parents[1]
_LINES_SHOWN: Final = 15


@dataclass(frozen=True, slots=True)
class Run:
    """A process that ended well.

    Attributes:
        wall: Seconds from its start to its end.
        cpu: Seconds of processor time, user and system, of it and the processes it waited for.
        output: What it wrote to stdout.
    """

    wall: float
    cpu: float
    output: str


def run_python(script: Path, *arguments: str, environment: Mapping[str, str], seconds: float = 600) -> Run:
    """Run a Python script of this checkout with this interpreter, and measure it. One at a time.

    Args:
        script: The script.
        arguments: Its arguments.
        environment: Variables beside those of this process.
        seconds: It is killed after that long.

    Raises:
        BenchmarkError: it failed or took too long.
    """
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    # Without bytecode, compiling the generated CDK sources again would be most of what is measured.
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, str(script), *arguments]
    cpu, started = _cpu_of_children(), time.perf_counter()
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        message = f"{script.name} did not end within {seconds:g} s"
        raise BenchmarkError(message) from error
    wall = time.perf_counter() - started
    if done.returncode:
        last = "\n".join(done.stderr.splitlines()[-_LINES_SHOWN:])
        message = f"{script.name} ended with exit code {done.returncode}:\n{last}"
        raise BenchmarkError(message)
    return Run(wall, _cpu_of_children() - cpu, done.stdout)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
