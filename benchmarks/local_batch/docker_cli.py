"""The bare way: `docker run`, as one types it."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from benchmarks.benchmark import BenchmarkError, Skipped

IMAGE: Final = "debian:trixie-slim"
_SECONDS: Final = 60


def require_engine() -> None:
    """See to an engine with the image.

    Raises:
        Skipped: there is none; the text says what to do.
    """
    if os.environ.get("BATCHWRIGHT_ENGINE") == "none":
        raise Skipped(os.environ.get("BATCHWRIGHT_ENGINE_REASON") or "there is no Docker engine")
    if shutil.which("docker") is None:
        message = "there is no docker command"
        raise Skipped(message)
    if _docker("version").returncode:
        message = "no Docker engine answers; tools/docker-engine says what is missing"
        raise Skipped(message)
    if _docker("image", "inspect", IMAGE).returncode:
        message = f"the engine has no {IMAGE}; tools/base-image provides it"
        raise Skipped(message)


def run_container() -> None:
    """Run one container to its end.

    Raises:
        BenchmarkError: it failed.
    """
    done = _docker("run", "--rm", IMAGE, "true")
    if done.returncode:
        message = f"docker run ended with exit code {done.returncode}: {done.stderr.strip()}"
        raise BenchmarkError(message)


def run_containers(count: int, *, at_once: int) -> None:
    """Run several containers to their end, some at once.

    Raises:
        BenchmarkError: one failed.
    """
    with ThreadPoolExecutor(at_once) as pool:
        for finished in [pool.submit(run_container) for _ in range(count)]:
            finished.result()


def _docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        message = f"docker {arguments[0]} did not end within {_SECONDS} s"
        raise BenchmarkError(message) from error
