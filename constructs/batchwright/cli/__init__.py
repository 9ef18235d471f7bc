"""The `batchwright` command: the checks, and what they mean. Needs `batchwright[cli]`; never starts the CDK."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

UNUSABLE: Final = 2
"""Exit code for input that cannot be checked, for wrong arguments and for a bug of ours."""

_EXTRA: Final = {"typer", "rich", "click"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; those of the process unless given.

    Returns:
        The exit code: 0 for clean, 1 for errors found, 2 for unusable input.
    """
    try:
        from batchwright.cli.program import run
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _EXTRA:
            raise
        sys.stderr.write(f"batchwright: the command needs {missing.name}: pip install 'batchwright[cli]'\n")
        return UNUSABLE
    return run(sys.argv[1:] if arguments is None else arguments)
