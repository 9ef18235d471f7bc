"""What the user may choose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class RunnerChoice(StrEnum):
    """How jobs run."""

    AUTO = "auto"
    DOCKER = "docker"
    PROCESS = "process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line, checked.

    Attributes:
        runner: How jobs run.
        images: Tiles to cut and embed.
        jobs: Into how many jobs they are split.
        direct: Start with StartExecution instead of an upload.
        keep: Leave the local AWS up after the run.
        out: Folder of the results.
        root: The checkout.
    """

    runner: RunnerChoice = RunnerChoice.AUTO
    images: int = 600
    jobs: int = 8
    direct: bool = False
    keep: bool = False
    out: Path = ROOT / "demo-out"
    root: Path = ROOT

    @property
    def log(self) -> Path:
        """File of the log."""
        return self.out / "demo.log"
