from __future__ import annotations

import pytest

from batchwright.model.environment_types import (
    drain_problems,
    host_count_problems,
    own_host_type_problems,
)


@pytest.mark.parametrize(
    ("least", "most", "wrong"),
    [
        (1, 1, []),
        (0, 3, []),
        (None, None, []),
        (5, None, []),
        (2, 1, ["min_hosts"]),
        (-1, None, ["min_hosts"]),
        (0.5, 1, ["min_hosts"]),
        (0, 0, ["max_hosts"]),
        (1, float("inf"), ["max_hosts"]),
        (-1, -1, ["max_hosts", "min_hosts"]),
    ],
)
def test_hosts_of_ones_own(least: float | None, most: float | None, wrong: list[str]) -> None:
    assert [problem.field for problem in host_count_problems(least=least, most=most)] == wrong


@pytest.mark.parametrize(("seconds", "good"), [(29, False), (30, True), (7200, True), (7201, False), (45.5, False)])
def test_a_host_waits_as_long_as_its_hook(seconds: float, good: bool) -> None:
    assert (not drain_problems(seconds)) is good


def test_a_group_launches_types_alone() -> None:
    assert not own_host_type_problems(["m7i.large"])
    assert [problem.value for problem in own_host_type_problems(["m7i", "default_arm64", "m7i.large"])] == [
        "m7i",
        "default_arm64",
    ]
    assert own_host_type_problems([f"m{n}.large" for n in range(41)])[0].value == "41 types"
