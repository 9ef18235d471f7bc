"""Starts a module of tools/lib with the repository's root, not this folder, on the import path."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    module = sys.argv.pop(1)
    runpy.run_module(f"tools.lib.{module}", run_name="__main__", alter_sys=True)
