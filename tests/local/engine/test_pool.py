"""Hosts of a simulated cloud and the limit of their environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.engine.harness import Plan
from local.engine.hosts import peak
from local.engine.node_jobs import register
from local.engine.shapes import group, nodes

from batchwright.local.engine import CloudModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch

CLOUD = CloudModel(boot_seconds=60, idle_seconds=300)
PROGRESSIVE = {"allocationStrategy": "BEST_FIT_PROGRESSIVE"}


def size(vcpus: int) -> dict[str, Any]:
    return {"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": str(vcpus)}]}}


def typed(batch: Batch, max_vcpus: int, *types: str, kind: str = "EC2", **members: object) -> None:
    """An environment of some instance types with a queue of the same name."""
    resources = {"type": kind, "maxvCpus": max_vcpus, "subnets": ["s"], "instanceTypes": list(types), **members}
    batch("CreateComputeEnvironment", computeEnvironmentName="typed", type="MANAGED", computeResources=resources)
    batch.queue("typed", "typed")


@pytest.mark.parametrize(
    ("kind", "strategy", "most"),
    [("EC2", {}, 40), ("EC2", PROGRESSIVE, 48), ("SPOT", {}, 48)],
)
def test_hosts_go_beyond_the_limit_by_one_at_most(
    make_batch: Callable[..., Batch], kind: str, strategy: dict[str, str], most: int
) -> None:
    batch = make_batch(cloud=CLOUD)
    typed(batch, 45, "c7i.2xlarge", kind=kind, **strategy)
    jobs = [batch.submit(jobQueue="typed", **size(5)) for _ in range(30)]
    batch.clock.run()
    assert {batch.status(job) for job in jobs} == {"SUCCEEDED"}
    assert peak(batch.engine.hosts) == most
    assert batch.runner.most_running == most // 8


def test_what_a_large_job_leaves_goes_to_small_ones(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CLOUD)
    typed(batch, 16, "c7i.2xlarge")
    for vcpus in (5, 5, 3, 3):
        batch.submit(jobQueue="typed", **size(vcpus))
    batch.clock.advance(61)
    assert batch.runner.running == 4
    assert peak(batch.engine.hosts) == 16


def test_idle_hosts_that_are_too_small_make_way(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CLOUD)
    typed(batch, 16, "c7i.large", "c7i.4xlarge", minvCpus=4)
    batch.clock.advance(61)
    assert [use.ended_at for use in batch.engine.hosts] == [None, None]
    job = batch.submit(jobQueue="typed", **size(16))
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"
    assert peak(batch.engine.hosts) == 16
    assert [use.vcpus for use in batch.engine.hosts if use.ended_at is None] == [16]


def test_a_job_that_finds_no_room_goes_to_the_next_environment(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CLOUD)
    typed(batch, 15, "c7i.2xlarge")
    batch.queue("both", "typed", "environment")
    for _ in range(3):
        batch.submit(jobQueue="both", **size(5))
    batch.clock.run()
    assert [attempt.environment_name for attempt in batch.runner.attempts] == ["typed", "environment", "environment"]


def test_a_node_shares_its_host_with_nothing(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CLOUD)
    typed(batch, 64, "c7i.xlarge", "c7i.4xlarge")
    batch.runner.plan = lambda _: Plan(seconds=1_000)
    for _ in range(3):
        batch.submit(jobQueue="typed")
    batch.clock.advance(61)
    register(batch, nodes(3, group(":")))
    batch.submit(jobQueue="typed", jobDefinition="nodes")
    batch.clock.advance(61)
    batch.submit(jobQueue="typed")
    batch.clock.advance(61)
    # Three jobs on a host of 16, nodes on the smallest, and the last job beside the first ones.
    assert [use.vcpus for use in batch.engine.hosts] == [16, 4, 4, 4]
    assert batch.runner.running == 7


@pytest.mark.parametrize(
    ("max_vcpus", "strategy", "runs"),
    [(11, {}, False), (12, {}, True), (9, PROGRESSIVE, True), (8, PROGRESSIVE, False)],
)
def test_a_job_needs_a_host_for_each_node(
    make_batch: Callable[..., Batch], max_vcpus: int, strategy: dict[str, str], runs: bool
) -> None:
    """Its three vCPUs would be there, and three hosts of four are not."""
    batch = make_batch(cloud=CLOUD)
    typed(batch, max_vcpus, "c7i.xlarge", **strategy)
    register(batch, nodes(3, group(":")))
    job = batch.submit(jobQueue="typed", jobDefinition="nodes")
    batch.clock.run()
    if runs:
        assert batch.status(job) == "SUCCEEDED"
    else:
        assert batch.job(job)["statusReason"].startswith("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE")


def test_nodes_wait_until_others_leave_their_hosts(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CLOUD)
    typed(batch, 12, "c7i.xlarge")
    batch.submit("first", jobQueue="typed", **size(1))
    register(batch, nodes(3, group(":")))
    job = batch.submit("wide", jobQueue="typed", jobDefinition="nodes")
    batch.clock.advance(65)
    assert batch.status(job) == "RUNNABLE"
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"
    assert peak(batch.engine.hosts) == 12


def test_jobs_whose_host_boots_are_in_front_of_the_queue(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(boot_seconds=60, task_seconds=30), max_vcpus=2)
    idents = [batch.submit(f"j{number}") for number in range(4)]
    batch.clock.advance(1)
    jobs = batch("GetJobQueueSnapshot", jobQueue="queue")["frontOfQueue"]["jobs"]
    assert [job["jobArn"].rpartition("/")[2] for job in jobs] == idents
    batch.clock.advance(60)
    jobs = batch("GetJobQueueSnapshot", jobQueue="queue")["frontOfQueue"]["jobs"]
    assert [job["jobArn"].rpartition("/")[2] for job in jobs] == idents[2:]
