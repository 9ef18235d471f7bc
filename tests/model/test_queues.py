from __future__ import annotations

import pytest

from batchwright.model.queues import (
    environment_count_problems,
    mixed_platform_problems,
    order_problems,
    platform_of,
    priority_problems,
    spot_order_problems,
)


@pytest.mark.parametrize(("count", "taken"), [(0, False), (1, True), (3, True), (4, False)])
def test_a_queue_has_one_to_three_environments(count: int, taken: bool) -> None:
    assert bool(environment_count_problems(count)) is not taken


@pytest.mark.parametrize(
    ("kind", "platform"),
    [
        ("EC2", "EC2"),
        ("SPOT", "EC2"),
        ("UNMANAGED", "EC2"),
        ("FARGATE", "Fargate"),
        ("FARGATE_SPOT", "Fargate"),
        ("ECS_MANAGED_INSTANCES", "Managed Instances"),
    ],
)
def test_kinds_run_on_a_platform(kind: str, platform: str) -> None:
    assert platform_of(kind) == platform
    assert not mixed_platform_problems([kind, kind])


@pytest.mark.parametrize(
    ("spot", "taken"),
    [
        ([], True),
        ([False, True], True),
        ([None, True], True),
        ([True, None], True),
        ([True, None, False], False),
        ([True, False], False),
    ],
)
def test_on_demand_stands_before_spot(spot: list[bool | None], taken: bool) -> None:
    assert bool(spot_order_problems(spot)) is not taken


@pytest.mark.parametrize(("priority", "taken"), [(-1, False), (0, True), (1000, True), (1001, False)])
def test_priorities_have_a_range(priority: int, taken: bool) -> None:
    assert bool(priority_problems(priority)) is not taken


def test_each_double_place_is_named_once() -> None:
    assert [problem.value for problem in order_problems([1, 2, 2, 2, 3, 3])] == [2, 3]
