"""Loads the functions' handlers, all of which are named handler.py, and gives them an S3 in a dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.dictionary_s3 import DictionaryS3
from support.lambda_functions import load_handler

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture(scope="session")
def splitter() -> ModuleType:
    return load_handler("split_manifest")


@pytest.fixture(scope="session")
def summarizer() -> ModuleType:
    return load_handler("summarize_run")


@pytest.fixture(scope="session")
def scaler() -> ModuleType:
    return load_handler("scale_capacity")


@pytest.fixture
def s3() -> DictionaryS3:
    return DictionaryS3()
