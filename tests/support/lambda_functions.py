"""Loads the handlers of the shipped Lambda functions, all of which are named handler.py."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

LAMBDAS = Path(__file__).resolve().parents[2] / "lambdas"


def load_handler(folder: str) -> ModuleType:
    """Load a function as Lambda does, with its folder on the path."""
    place = str(LAMBDAS / folder)
    if place not in sys.path:
        sys.path.insert(0, place)
    spec = importlib.util.spec_from_file_location(f"{folder}_handler", LAMBDAS / folder / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
