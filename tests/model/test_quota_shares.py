from __future__ import annotations

import pytest

from batchwright.model.quota_shares import (
    borrow_limit_problems,
    capacity_limit_count_problems,
    instance_type_problems,
    service_unit_problems,
    share_name_problems,
    unserved_type_problems,
)


@pytest.mark.parametrize(("count", "fine"), [(0, False), (1, True), (5, True), (6, False)])
def test_a_share_has_one_to_five_types(count: int, fine: bool) -> None:
    assert (not capacity_limit_count_problems(count, field="instances")) is fine


@pytest.mark.parametrize(
    ("name", "fine"),
    [("ml.g6.xlarge", True), ("ml.p4de.24xlarge", True), ("g6.xlarge", False), ("NUM_INSTANCES", False)],
)
def test_types_are_those_of_sagemaker(name: str, fine: bool) -> None:
    assert (not instance_type_problems(name, field="instances")) is fine


@pytest.mark.parametrize(
    ("percentage", "borrows", "fine"),
    [(-1, True, True), (0, True, True), (200, True, True), (-2, True, False), (0, False, False)],
)
def test_borrowing_has_a_limit_of_zero_or_more_percent_or_none(percentage: int, borrows: bool, fine: bool) -> None:
    assert (not borrow_limit_problems(percentage, borrows=borrows, field="limit")) is fine


def test_names_are_distinct_and_well_formed() -> None:
    found = share_name_problems(["a", "b", "a", "c d"], field="name")
    assert [problem.value for problem in found] == ["c d", "a"]
    assert not share_name_problems(["a", "b"], field="name")


def test_the_environment_counts_in_what_the_queue_schedules_by() -> None:
    assert not service_unit_problems(["ml.g6.xlarge"], quota_shares=True)
    assert not service_unit_problems(["NUM_INSTANCES"], quota_shares=False)
    assert [p.value for p in service_unit_problems(["NUM_INSTANCES"], quota_shares=True)] == ["NUM_INSTANCES"]
    assert [p.value for p in service_unit_problems(["ml.g6.xlarge"], quota_shares=False)] == ["ml.g6.xlarge"]


def test_a_type_without_a_limit_in_the_environment_is_named() -> None:
    found = unserved_type_problems(["ml.g6.xlarge", "ml.p5.48xlarge"], ["ml.g6.xlarge"], field="instances")
    assert [problem.value for problem in found] == ["ml.p5.48xlarge"]
