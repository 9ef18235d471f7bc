from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchwright.model import Architecture, Capacity, Platform
from batchwright.model.fit import (
    architecture_fit_problems,
    gpu_fit_problems,
    memory_fit_problems,
    memory_margin_problems,
    together_fit_problems,
    vcpu_fit_problems,
)
from batchwright.model.instances import all_types, instance_type, usable_memory_mib


def ec2(*types: str, most: int | None = 256, architecture: Architecture | None = None) -> Capacity:
    return Capacity("EC2", Platform.EC2, most, architecture, types)


FARGATE = Capacity("FARGATE", Platform.FARGATE, 256)


@settings(max_examples=200)
@given(st.sampled_from(all_types()))
def test_a_job_of_half_an_instance_fits_it(name: str) -> None:
    found = instance_type(name)
    assert found is not None
    offer = [ec2(name, most=None)]
    vcpus, memory = max(1, found.vcpus // 2), found.memory_mib // 2
    assert not vcpu_fit_problems(vcpus, offer)
    assert not memory_fit_problems(memory, offer)
    assert not memory_margin_problems(memory, offer)
    assert not together_fit_problems(vcpus=vcpus, memory_mib=memory, gpus=0, capacities=offer)


@settings(max_examples=200)
@given(st.sampled_from(all_types()))
def test_a_job_of_a_whole_instance_and_more_does_not(name: str) -> None:
    found = instance_type(name)
    assert found is not None
    offer = [ec2(name, most=None)]
    assert vcpu_fit_problems(found.vcpus + 1, offer)
    (problem,) = memory_fit_problems(found.memory_mib, offer)
    assert str(usable_memory_mib(found.memory_mib)) in problem.fix
    assert not memory_margin_problems(found.memory_mib, offer)


@pytest.mark.parametrize("open_one", [None, ec2(most=None), ec2("optimal", most=None), FARGATE])
def test_an_environment_that_may_hold_it_keeps_all_silent(open_one: Capacity | None) -> None:
    offer = [ec2("m4.large", most=2, architecture=Architecture.X86_64), open_one]
    assert not memory_fit_problems(10**6, offer)
    assert not memory_margin_problems(10**6, offer)
    assert not architecture_fit_problems(Architecture.ARM64, offer)
    assert not together_fit_problems(vcpus=1000, memory_mib=10**6, gpus=8, capacities=offer)


def test_a_queue_without_environments_is_not_judged() -> None:
    assert not vcpu_fit_problems(10, [])
    assert not gpu_fit_problems(1, [])


def test_what_is_open_is_not_judged() -> None:
    offer = [ec2("m4.large")]
    assert not vcpu_fit_problems(None, offer)
    assert not memory_fit_problems(None, offer)
    assert not gpu_fit_problems(None, offer)
    assert not architecture_fit_problems(None, offer)


def test_both_sides_of_an_architecture_are_named() -> None:
    (problem,) = architecture_fit_problems(Architecture.ARM64, [ec2(architecture=Architecture.X86_64)])
    assert problem.value == "an image for arm64"
    assert problem.allowed == "images for x86_64, which the queue's hosts have"


def test_numbers_are_written_as_the_user_does() -> None:
    (problem,) = vcpu_fit_problems(8.0, [ec2(most=4)])
    assert str(problem).startswith("vcpus = 8: ")
