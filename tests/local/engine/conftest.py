"""Fixtures: an engine on a simulated clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.engine.harness import Batch, Plan
from support.api_shapes import response_problems

from batchwright.local.engine import BatchEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from batchwright.local.engine import CloudModel, EngineLimits


@pytest.fixture(autouse=True, scope="module")
def every_response_is_one_of_the_model() -> Iterator[None]:
    """Hold each response of each engine, in all tests here, against boto3's model of the service."""
    handle = BatchEngine.handle

    def checked(self: BatchEngine, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        response = handle(self, operation, request)
        assert response_problems(operation, response) == []
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BatchEngine, "handle", checked)
        yield


@pytest.fixture
def make_batch() -> Iterator[Callable[..., Batch]]:
    made: list[Batch] = []

    def make(*, limits: EngineLimits | None = None, max_vcpus: int = 256, cloud: CloudModel | None = None) -> Batch:
        made.append(Batch(limits=limits, max_vcpus=max_vcpus, cloud=cloud))
        return made[-1]

    yield make
    for batch in made:
        batch.engine.close()


@pytest.fixture
def batch(make_batch: Callable[..., Batch]) -> Batch:
    return make_batch()


@pytest.fixture
def eks(batch: Batch) -> Batch:
    batch.eks()
    return batch


@pytest.fixture
def plan() -> type[Plan]:
    return Plan
