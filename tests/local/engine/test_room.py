"""What hosts have room for: vCPUs, memory and GPUs together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local.engine.harness import Plan

from batchwright.local.engine import CloudModel
from batchwright.local.engine.environments.room import vcpus_taken
from batchwright.local.engine.tasks.sizes import Size
from batchwright.model.instances import expand, usable_memory_mib

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch

TYPES = ["g5.12xlarge", "g6.xlarge", "c7i.4xlarge", "r7i.2xlarge", "m7g.large"]


def size(vcpus: float, memory: int = 512, gpus: int = 0) -> dict[str, Any]:
    needs = [{"type": "VCPU", "value": str(vcpus)}, {"type": "MEMORY", "value": str(memory)}]
    needs += [{"type": "GPU", "value": str(gpus)}] if gpus else []
    return {"containerOverrides": {"resourceRequirements": needs}}


def typed(batch: Batch, max_vcpus: int, *types: str, name: str = "typed", **members: object) -> None:
    """An environment of some instance types with a queue of the same name."""
    resources = {"type": "EC2", "maxvCpus": max_vcpus, "subnets": ["s"], "instanceTypes": list(types), **members}
    batch("CreateComputeEnvironment", computeEnvironmentName=name, type="MANAGED", computeResources=resources)
    batch.queue(name, name)


@pytest.mark.parametrize(
    ("max_vcpus", "kind", "job", "together"),
    [
        # Two hosts of 48 vCPUs and four GPUs.
        (96, "g5.12xlarge", size(4, gpus=1), 8),
        (96, "g5.12xlarge", size(4, gpus=2), 4),
        (96, "g5.12xlarge", size(24, gpus=1), 4),
        (96, "g5.12xlarge", size(4), 24),
        # 32 GiB for 16 vCPUs: what is left holds three jobs of 8 GiB, and one of 20.
        (64, "c7i.4xlarge", size(1, memory=8_192), 12),
        (64, "c7i.4xlarge", size(1, memory=20_480), 4),
        (64, "c7i.4xlarge", size(1, memory=1_900), 64),
        # All that a host can have, though not for sure.
        (16, "c7i.4xlarge", size(1, memory=32_000), 1),
        # Less than one host: AWS goes beyond it by one.
        (4, "g5.12xlarge", size(4, gpus=1), 1),
    ],
)
def test_as_many_jobs_as_hosts_hold(
    batch: Batch, max_vcpus: int, kind: str, job: dict[str, Any], together: int
) -> None:
    typed(batch, max_vcpus, kind)
    for _ in range(30 if together < 30 else together + 5):
        batch.submit(jobQueue="typed", **job)
    batch.clock.run()
    assert batch.runner.most_running == together


def test_the_second_environment_takes_jobs_when_the_gpus_of_the_first_are_busy(batch: Batch) -> None:
    typed(batch, 48, "g5.12xlarge", name="first")
    typed(batch, 48, "g5.12xlarge", name="second")
    batch.queue("both", "first", "second")
    for _ in range(6):
        batch.submit(jobQueue="both", **size(1, gpus=1))
    batch.clock.advance(5)
    assert [attempt.environment_name for attempt in batch.runner.attempts] == ["first"] * 4 + ["second"] * 2


def test_hosts_are_filled_by_gpus_too(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(cloud=CloudModel(boot_seconds=60))
    typed(batch, 192, "g5.12xlarge")
    for _ in range(9):
        batch.submit(jobQueue="typed", **size(4, gpus=1))
    batch.clock.advance(65)
    assert batch.runner.running == 9
    assert [use.vcpus for use in batch.engine.hosts] == [48, 48, 48]


def test_an_update_of_the_instance_types_leaks_nothing(batch: Batch) -> None:
    typed(batch, 48, "g5.12xlarge", allocationStrategy="BEST_FIT_PROGRESSIVE")
    for _ in range(4):
        batch.submit(jobQueue="typed", **size(4, gpus=1))
    batch.clock.advance(2)
    batch("UpdateComputeEnvironment", computeEnvironment="typed", computeResources={"instanceTypes": ["g6.xlarge"]})
    batch.clock.run()
    # Each of these has a GPU for every four vCPUs.
    for _ in range(12):
        batch.submit(jobQueue="typed", **size(4, memory=4_096, gpus=1))
    batch.clock.advance(2)
    assert batch.runner.running == 12


@given(
    st.lists(st.sampled_from(TYPES), min_size=1, max_size=3),
    st.integers(1, 64).map(lambda quarters: quarters * 250),
    st.integers(4, 200_000),
    st.integers(0, 4),
)
def test_a_host_has_room_for_all_that_its_share_lets_in(types: list[str], milli: int, memory: int, gpus: int) -> None:
    known = expand(types) or ()
    taken = vcpus_taken(Size(milli, memory, gpus), known)
    assert taken >= milli
    if len(known) > 1 or taken == milli:
        return
    (host,) = known
    together = host.vcpus * 1000 // taken
    assert together >= 1
    if together > 1:
        assert together * gpus <= host.gpus or not gpus
        assert together * memory <= usable_memory_mib(host.memory_mib)


SIZES = st.tuples(st.integers(1, 48), st.integers(128, 190_000), st.integers(0, 4), st.integers(1, 300))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SIZES, min_size=1, max_size=25), st.integers(1, 3), st.booleans())
def test_no_host_gives_more_than_it_has_and_none_waits_without_need(
    make_batch: Callable[..., Batch], jobs: list[tuple[int, int, int, int]], hosts: int, cloudy: bool
) -> None:
    batch = make_batch(cloud=CloudModel(boot_seconds=30) if cloudy else None)
    typed(batch, 48 * hosts, "g5.12xlarge")
    (host,) = expand(["g5.12xlarge"]) or ()
    asked = {}
    batch.runner.plan = lambda attempt: Plan(seconds=asked[attempt.job_id][3])
    for job in jobs:
        ident = batch.submit(jobQueue="typed", **size(*job[:3]))
        asked[ident] = job
    while (due := batch.clock.next_due()) is not None:
        batch.clock.advance_to(due)
        states = {ident: batch.status(ident) for ident in asked}
        held = [asked[ident] for ident, status in states.items() if status in ("STARTING", "RUNNING")]
        vcpus, memory, gpus = (sum(job[part] for job in held) for part in range(3))
        assert vcpus <= host.vcpus * hosts
        assert gpus <= host.gpus * hosts
        # A single job may have all that a host can have left; together they have what is left for sure.
        assert memory <= usable_memory_mib(host.memory_mib) * hosts * 1.001 or len(held) <= hosts
        if not held and "RUNNABLE" in states.values():
            assert cloudy
            assert any(use.ready_at is None for use in batch.engine.hosts)
    assert set(states.values()) == {"SUCCEEDED"}


def test_what_is_not_known_counts_for_its_vcpus() -> None:
    assert vcpus_taken(Size(2_000, 900_000, 8), ()) == 2_000
    assert vcpus_taken(Size(64_000, 1_024, 0), expand(["m7g.large"]) or ()) == 64_000
