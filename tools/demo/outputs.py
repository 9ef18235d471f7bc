"""The files that the demo leaves: written under other names first, and in their places only when all is done."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def written_together(folder: Path) -> Iterator[Path]:
    """Give a fresh folder; what the block wrote there moves to `folder` when the block ends well, else vanishes."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    try:
        yield fresh
        for file in sorted(fresh.iterdir()):
            file.replace(folder / file.name)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
