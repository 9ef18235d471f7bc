"""Sizes of jobs that fill a host without remainder."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import aws_ec2 as ec2
from hypothesis import given, settings
from hypothesis import strategies as st
from support.fake_queues import plain_job, plain_queue
from support.problems import fields, refused
from support.synthesis import new_stack

from batchwright import JobSize
from batchwright.model import Platform, instances
from batchwright.model.host_shares import host_share, host_share_problems

TYPES = sorted(instances.all_types())


@pytest.mark.parametrize(
    ("name", "share", "vcpus", "mib", "gpus"),
    [
        ("c7g.4xlarge", 1, 16, 31_097, 0),
        ("c7g.4xlarge", 1 / 4, 4, 7_774, 0),
        ("c7g.4xlarge", 1 / 3, 5, 10_365, 0),
        ("c7g.4xlarge", 3 / 4, 12, 23_322, 0),
        ("g6.12xlarge", 1 / 4, 12, 46_686, 1),
    ],
)
def test_a_share_of_a_host(name: str, share: float, vcpus: int, mib: int, gpus: int) -> None:
    size = JobSize.fit(name, share=share)
    assert (size.vcpus, size.memory.to_mebibytes(), size.gpus) == (vcpus, mib, gpus)


def test_cdks_own_instance_type_will_do() -> None:
    assert JobSize.fit(ec2.InstanceType("c7g.4xlarge"), share=1 / 2).vcpus == 8


def test_a_job_of_that_size_fits_into_a_queue_of_such_hosts() -> None:
    queue = plain_queue(Platform.EC2, instance_types=("m7i.2xlarge",))
    size = JobSize.fit("m7i.2xlarge")
    job = plain_job(new_stack(), Platform.EC2, queue=queue, vcpus=size.vcpus, memory=size.memory, gpus=size.gpus)
    assert job.requirements.vcpus == 8


@given(st.sampled_from(TYPES), st.integers(1, 64))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_so_many_jobs_are_never_more_than_the_host(name: str, jobs: int) -> None:
    host = instances.instance_type(name)
    assert host is not None
    if host_share_problems(name, 1 / jobs):
        assert jobs > host.vcpus or 0 < host.gpus < jobs
        return
    size = host_share(name, 1 / jobs)
    assert size.vcpus * jobs <= host.vcpus
    assert size.memory_mib * jobs <= instances.usable_memory_mib(host.memory_mib)
    assert size.gpus * jobs <= host.gpus
    # Nothing that another whole vCPU or MiB a job could have is left.
    assert (size.vcpus + 1) * jobs > host.vcpus
    assert (size.memory_mib + 1) * jobs > instances.usable_memory_mib(host.memory_mib)


@pytest.mark.parametrize(
    ("name", "share", "field"),
    [
        ("c7g", 1, "instance_type"),
        ("c7g.9xlarge", 1, "instance_type"),
        (None, 1, "instance_type"),
        ("c7g.4xlarge", 0, "share"),
        ("c7g.4xlarge", 1.5, "share"),
        ("c7g.4xlarge", float("nan"), "share"),
        ("c7g.4xlarge", "1/4", "share"),
        ("c7g.4xlarge", True, "share"),
        ("c7g.4xlarge", 1 / 17, "share"),
        ("g6.12xlarge", 1 / 5, "share"),
    ],
)
def test_what_is_no_share_of_a_host(name: Any, share: Any, field: str) -> None:  # noqa: ANN401
    assert fields(refused(lambda: JobSize.fit(name, share=share))) == [field]


def test_both_at_once() -> None:
    assert fields(refused(lambda: JobSize.fit("large", share=4))) == ["instance_type", "share"]
