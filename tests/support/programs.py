"""The programs of tools/, as tests run them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import subprocess

TOOLS = Path(__file__).resolve().parents[2] / "tools"


class RunTool(Protocol):
    """Runs `tools/NAME ARGUMENT...` and returns what it did."""

    def __call__(self, name: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]: ...
