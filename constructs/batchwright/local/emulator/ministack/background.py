"""Ends the daemon threads that ministack starts and never stops."""

from __future__ import annotations

import sys
import threading
from typing import NoReturn

# Module, and a function or table that each round of its endless loop touches outside an `except Exception`.
_LOOPS = (
    ("services.eventbridge", "_tick_scheduled_rules"),
    ("services.scheduler", "_tick_schedules"),
    ("services.lambda_svc", "_pool_evict_idle"),
    ("services.lambda_svc", "_esm_wake"),
    ("services.pipes", "_poll_once"),
    ("services.dynamodb", "_ttl_settings"),
)
_THREADS = ("eb-scheduler", "evb-scheduler-ticker", "ministack-lambda-reaper", "dynamodb-ttl-reaper")
_POLLER = "(_poll_loop)"


def end_loops() -> None:
    """Make the next round of each loop end its thread. Only for modules that no server will use again."""
    for thread in threading.enumerate():
        if thread.name in _THREADS or thread.name.endswith(_POLLER):
            # SystemExit ends a thread without a word, except where a test runner has put a hook of its own.
            setattr(thread, "_invoke_excepthook", _silent)  # noqa: B010 - private, and present since Python 3.8
    for name, attribute in _LOOPS:
        module = sys.modules.get(f"ministack.{name}")
        if module is not None and hasattr(module, attribute):
            setattr(module, attribute, _End())


def _silent(_: threading.Thread) -> None:
    return None


class _End:
    """Raises SystemExit however it is used."""

    def __call__(self) -> NoReturn:
        raise SystemExit

    def __getattr__(self, name: str) -> NoReturn:
        raise SystemExit
