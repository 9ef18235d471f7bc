"""Imports ministack for one server and forgets it afterwards.

ministack keeps all its state, and settings such as its port, in modules; a fresh import is the reset that is certain to
be complete. Hence one server a process at a time.
"""

from __future__ import annotations

import importlib
import sys
import threading

from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.emulator.ministack import background

# ministack is one a process, so the claim on it has to be, too.
_in_use = threading.Lock()


def claim() -> None:
    """Reserve ministack for the caller until `release`.

    Raises:
        LocalAwsError: another server of this process is open, or something else has imported ministack.
    """
    if not _in_use.acquire(blocking=False):
        message = "a LocalAws is open in this process already: close it first, or share it (pytest: fixture local_aws)"
        raise LocalAwsError(message)
    if "ministack" in sys.modules:
        _in_use.release()
        message = (
            "ministack is already imported in this process, with settings of its own. "
            "Start LocalAws before anything imports ministack, or in another process."
        )
        raise LocalAwsError(message)


def load() -> None:
    """Import ministack's application; call after `claim`."""
    importlib.import_module("ministack.app")


def release() -> None:
    """Drop every module of ministack and give the claim back."""
    background.end_loops()
    for name in [name for name in sys.modules if name == "ministack" or name.startswith("ministack.")]:
        del sys.modules[name]
    _in_use.release()
