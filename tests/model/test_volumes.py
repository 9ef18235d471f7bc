from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchwright.model.volumes import (
    device_name_problems,
    gp3_problems,
    growth_percent,
    growth_problems,
    whole_number_problems,
)

SIZES = st.integers(1, 65_536)


@given(SIZES, st.integers(3_000, 80_000), st.integers(125, 2_000))
def test_a_volume_is_taken_exactly_where_ebs_takes_it(gibibytes: int, iops: int, throughput: int) -> None:
    ok = throughput * 4 <= iops <= max(3_000, 500 * gibibytes)
    problems = gp3_problems(gibibytes=gibibytes, iops=iops, throughput_mibps=throughput)
    assert (not problems) is ok
    assert {problem.field for problem in problems} <= {"iops", "throughput_mibps"}


@given(st.one_of(st.floats(), st.text(), st.none(), st.booleans(), st.integers(), st.lists(st.integers())))
def test_any_number_is_judged(value: object) -> None:
    problems = whole_number_problems("size", value, 1, 10)
    ok = value is None or (isinstance(value, int | float) and not isinstance(value, bool) and value in range(1, 11))
    assert (not problems) is ok


def test_the_smallest_volume_has_the_iops_that_come_with_it() -> None:
    assert not gp3_problems(gibibytes=1, iops=3_000, throughput_mibps=125)
    (problem,) = gp3_problems(gibibytes=1, iops=3_001, throughput_mibps=125, prefix="volume.")
    assert problem.field == "volume.iops"


def test_what_is_known_at_deployment_is_not_judged() -> None:
    assert not gp3_problems(gibibytes=None, iops=None, throughput_mibps=None)
    assert not growth_problems(initial_gibibytes=None, max_gibibytes=1)
    assert growth_percent(initial_gibibytes=None, max_gibibytes=1) == 200


@given(SIZES, SIZES)
def test_four_steps_reach_the_maximum(initial: int, maximum: int) -> None:
    percent = growth_percent(initial_gibibytes=initial, max_gibibytes=maximum)
    assert percent >= 200
    size = initial
    for _ in range(4):
        size = min(maximum, size * percent // 100)
    # Each step rounds down to whole GiB.
    assert size >= maximum - 4 * (percent // 100 + 1) ** 3


@pytest.mark.parametrize("name", ["/dev/sdf", "/dev/sdp"])
def test_names_of_data_volumes(name: str) -> None:
    assert not device_name_problems(name)


@pytest.mark.parametrize("name", ["/dev/sda1", "/dev/sde", "/dev/sdq", "/dev/nvme1n1", "sdf", "", None])
def test_other_device_names(name: object) -> None:
    assert device_name_problems(name)
