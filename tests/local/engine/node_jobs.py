"""Multi-node parallel jobs in the harness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.engine.harness import Plan
from local.engine.shapes import Json, group, nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch

    from batchwright.local.engine import Attempt


def register(batch: Batch, properties: Json, **members: object) -> None:
    batch.register_as("nodes", type="multinode", nodeProperties=properties, **members)


def submit(batch: Batch, properties: Json | None = None, **members: object) -> str:
    register(batch, properties or nodes(3, group(":")))
    return batch.submit(jobDefinition="nodes", **members)


def by_node(**plans: Plan) -> Callable[[Attempt], Plan]:
    """Plans by node index, such as n0=..., for all attempts."""
    return lambda attempt: plans.get(f"n{attempt.node.index if attempt.node else 0}", Plan())


def statuses(batch: Batch, job: str, count: int = 3) -> list[str]:
    return [batch.status(f"{job}#{index}") for index in range(count)]


def index_of(attempt: Attempt) -> int:
    assert attempt.node is not None
    return attempt.node.index
