"""Has a worker tell where a function failed to load: without that, the kind of the exception is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.local.emulator.errors import EmulatorHookError

if TYPE_CHECKING:
    from batchwright.local.emulator.ministack.guard import Hooks

MARK: Final = "\x1e"
"""Stands between what an exception says and its trace."""
# The program of a worker -> what it has once, and what it gets instead.
_PROGRAMS: Final = {
    "_PYTHON_WORKER_SCRIPT": (
        '{"status": "error", "error": str(e)}',
        r'{"status": "error", "error": str(e) + "\x1e" + traceback.format_exc()}',
    ),
    "_NODEJS_WORKER_SCRIPT": (
        'status: "error", error: e.message\n',
        'status: "error", error: e.message + "\\x1e" + (e.stack || "")\n',
    ),
}


def install(hooks: Hooks) -> None:
    """Change the programs.

    Raises:
        EmulatorHookError: one of them is not what it was.
    """
    runtime = hooks.module("core.lambda_runtime")
    for name, (old, new) in _PROGRAMS.items():
        program = str(hooks.get(runtime, name))
        if program.count(old) != 1:
            raise EmulatorHookError(f"ministack's {name} does not tell of a failed start as it did")
        hooks.replace(runtime, name, program.replace(old, new))
