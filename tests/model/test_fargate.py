from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchwright.model.fargate import FARGATE_MEMORY_MIB, fargate_size_problems

PAIRS = [(vcpus, memory) for vcpus, memories in FARGATE_MEMORY_MIB.items() for memory in memories]


@pytest.mark.parametrize(("vcpus", "memory"), PAIRS)
def test_every_pair_of_the_table_is_taken(vcpus: float, memory: int) -> None:
    assert not fargate_size_problems(vcpus=vcpus, memory_mib=memory)


@pytest.mark.parametrize(
    ("vcpus", "memory", "fix"),
    [
        (1, 1024, "Size.mebibytes(2048)"),
        (1, 2049, "Size.mebibytes(3072)"),
        (1, 9000, "For more memory, take more vCPUs"),
        (8, 17 * 1024, "Size.mebibytes(20480)"),
        (16, 33 * 1024, "Size.mebibytes(40960)"),
        (32, 245 * 1024, "Size.mebibytes(249856)"),
    ],
)
def test_a_wrong_memory_names_the_nearest_that_holds_it(vcpus: float, memory: int, fix: str) -> None:
    (problem,) = fargate_size_problems(vcpus=vcpus, memory_mib=memory)
    assert problem.field == "memory"
    assert fix in problem.fix


@pytest.mark.parametrize(("vcpus", "fix"), [(0.3, "0.5"), (3, "4"), (64, "32"), (-1, "0.25"), (float("nan"), "32")])
def test_a_wrong_vcpu_number_names_the_next_one(vcpus: float, fix: str) -> None:
    (problem,) = fargate_size_problems(vcpus=vcpus, memory_mib=2048)
    assert problem.field == "vcpus"
    assert problem.fix == f"Use vcpus={fix}."


def test_sizes_known_at_deployment_are_not_judged() -> None:
    assert not fargate_size_problems(vcpus=None, memory_mib=1)
    assert not fargate_size_problems(vcpus=1, memory_mib=None)
    assert fargate_size_problems(vcpus=3, memory_mib=None)


@given(vcpus=st.floats(allow_nan=True, allow_infinity=True), memory=st.integers(0, 10**7))
@settings(max_examples=200, deadline=None)
def test_only_the_table_is_taken(vcpus: float, memory: int) -> None:
    found = fargate_size_problems(vcpus=vcpus, memory_mib=memory)
    assert bool(found) is ((vcpus, memory) not in PAIRS)
