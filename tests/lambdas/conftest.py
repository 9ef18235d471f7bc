"""Loads the functions' handlers, all of which are named handler.py, and gives them an S3 in a dictionary."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.dictionary_s3 import DictionaryS3

if TYPE_CHECKING:
    from types import ModuleType

LAMBDAS = Path(__file__).resolve().parents[2] / "lambdas"


def _handler(folder: str) -> ModuleType:
    place = str(LAMBDAS / folder)
    if place not in sys.path:
        sys.path.insert(0, place)
    spec = importlib.util.spec_from_file_location(f"{folder}_handler", LAMBDAS / folder / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def splitter() -> ModuleType:
    return _handler("split_manifest")


@pytest.fixture(scope="session")
def summarizer() -> ModuleType:
    return _handler("summarize_run")


@pytest.fixture
def s3() -> DictionaryS3:
    return DictionaryS3()
