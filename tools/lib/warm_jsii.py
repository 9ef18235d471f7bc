"""Unpacks the CDK library for jsii and waits until its index of types is written, once for each version.

The index is written in the background by the first process that lives long enough. Short runs with template validation
off never do, and each of them then reads the whole library again.
"""

from __future__ import annotations

import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

from tools.lib.machine import say

SECONDS = 60.0


def cache_folder() -> Path:
    """Where jsii keeps unpacked libraries; the places are those of its own disk-cache module."""
    chosen = os.environ.get("JSII_RUNTIME_PACKAGE_CACHE_ROOT")
    if chosen:
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/com.amazonaws.jsii/package-cache"
    return Path.home() / ".cache/aws/jsii/package-cache"


def is_indexed(cache: Path, library_version: str) -> bool:
    """Whether the index of this version of aws-cdk-lib is there."""
    return any((cache / "aws-cdk-lib" / library_version).glob("*/.jsii.runtime.v1.json"))


def main() -> int:
    """Warms the cache and returns 0: a cold cache makes things slow, not wrong."""
    cache, library = cache_folder(), version("aws-cdk-lib")
    if os.environ.get("JSII_RUNTIME_PACKAGE_CACHE", "enabled") == "disabled" or is_indexed(cache, library):
        return 0
    import aws_cdk  # only now: importing it starts the kernel

    aws_cdk.App()
    deadline = time.monotonic() + SECONDS
    while not is_indexed(cache, library):
        if time.monotonic() > deadline:
            say(
                f"jsii wrote no index of aws-cdk-lib {library} in {cache} within {SECONDS:.0f} s; synthesis stays slow."
            )
            return 0
        time.sleep(0.2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
