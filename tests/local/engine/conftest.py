"""Fixtures: an engine on a simulated clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.engine.harness import Batch, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batchwright.local.engine import EngineLimits


@pytest.fixture
def make_batch() -> Iterator[Callable[..., Batch]]:
    made: list[Batch] = []

    def make(*, limits: EngineLimits | None = None, max_vcpus: int = 256) -> Batch:
        made.append(Batch(limits=limits, max_vcpus=max_vcpus))
        return made[-1]

    yield make
    for batch in made:
        batch.engine.close()


@pytest.fixture
def batch(make_batch: Callable[..., Batch]) -> Batch:
    return make_batch()


@pytest.fixture
def plan() -> type[Plan]:
    return Plan
