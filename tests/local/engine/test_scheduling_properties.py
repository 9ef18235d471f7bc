"""Random workloads: no job is lost or run twice, capacity is kept to, priorities hold, shares get what they weigh."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local.engine.fair_shares import fair_queue, submit, weights
from local.engine.harness import Plan

from batchwright.local.engine import CloudModel, EngineLimits, Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch

    from batchwright.local.engine import Attempt

FAST = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
clouds = st.one_of(
    st.none(),
    st.builds(
        CloudModel,
        boot_seconds=st.sampled_from([0.0, 30.0, 120.0]),
        idle_seconds=st.sampled_from([0.0, 60.0]),
        task_seconds=st.sampled_from([0.0, 20.0]),
        host_vcpus=st.integers(1, 8),
        spot_reclaims_per_host_hour=st.sampled_from([0.0, 5.0, 60.0]),
        seed=st.integers(0, 5),
    ),
)
jobs_of = st.lists(
    st.fixed_dictionaries(
        {
            "queue": st.sampled_from(["low", "high", "fair", "spot"]),
            "vcpus": st.integers(1, 4),
            "size": st.sampled_from([None, None, 3]),
            "seconds": st.integers(0, 400),
            "code": st.sampled_from([0, 0, 1]),
            "share": st.sampled_from(["a", "b", "teamX"]),
            "wait": st.integers(0, 200),
            "stop": st.sampled_from([None, None, None, "CancelJob", "TerminateJob"]),
        }
    ),
    min_size=1,
    max_size=14,
)


def build(batch: Batch) -> None:
    batch.environment("second", 4)
    batch.environment("spot", 6, "SPOT")
    batch.queue("low", "environment", priority=1)
    batch.queue("high", "environment", "second", priority=10)
    batch.queue("spot", "spot", "second", priority=5)
    fair_queue(batch, shareDecaySeconds=600, computeReservation=20, shareDistribution=weights(a=0.5, team_=2.0))


@FAST
@given(jobs=jobs_of, cloud=clouds)
def test_no_job_is_lost_or_run_twice_and_capacity_is_kept_to(
    make_batch: Callable[..., Batch], jobs: list[dict[str, Any]], cloud: CloudModel | None
) -> None:
    batch = make_batch(max_vcpus=5, cloud=cloud, limits=EngineLimits(max_running=9))
    build(batch)

    def plan(attempt: Attempt) -> Plan:
        job = jobs[int(attempt.job_name[1:])]
        return Plan(seconds=job["seconds"], exit=Exit(exit_code=job["code"]))

    batch.runner.plan = plan
    capacity = {"environment": 5, "second": 4, "spot": 6}
    ids = []
    for number, job in enumerate(jobs):
        members: dict[str, Any] = {"retryStrategy": {"attempts": 2}}
        members["containerOverrides"] = {"resourceRequirements": [{"type": "VCPU", "value": str(job["vcpus"])}]}
        if job["size"]:
            members["arrayProperties"] = {"size": job["size"]}
        if job["queue"] == "fair":
            ids.append(submit(batch, job["share"], name=f"j{number}", **members))
        else:
            ids.append(batch.submit(f"j{number}", jobQueue=job["queue"], **members))
        batch.clock.advance(job["wait"])
        if job["stop"]:
            batch(job["stop"], jobId=ids[-1], reason="drawn")
    batch.clock.run()

    told = batch.check_events()
    expected = {f"{i}:{n}" for i, job in zip(ids, jobs, strict=True) for n in range(job["size"] or 0)} | set(ids)
    assert set(told) == expected
    assert batch.runner.running == 0
    attempts = [(attempt.job_id, attempt.number) for attempt in batch.runner.attempts]
    assert len(set(attempts)) == len(attempts)
    for ident in expected:
        assert len(batch.job(ident)["attempts"]) <= 2
    check_capacity(batch, capacity)
    assert batch.engine._lifecycle._scheduler.running == 0
    assert all(each.used == 0 for each in batch.engine._resources.environments.store)
    for queue in ("low", "high", "fair", "spot"):
        used = batch("GetJobQueueSnapshot", jobQueue=queue)
        assert used["frontOfQueue"]["jobs"] == []
        assert used["queueUtilization"]["totalCapacityUsage"][0]["quantity"] == 0
    assert all(host.ended_at is not None for host in batch.engine.hosts)


def check_capacity(batch: Batch, capacity: dict[str, int]) -> None:
    """Add up what runs where, transition by transition."""
    held: Counter[str] = Counter()
    where: dict[str, tuple[str, float]] = {}
    running = 0
    for t in batch.transitions:
        if t.status == "STARTING" and t.environment is not None:
            where[t.job_id] = (t.environment, t.vcpus)
            held[t.environment] += int(t.vcpus)
            running += 1
        elif t.before in ("STARTING", "RUNNING") and t.status not in ("STARTING", "RUNNING"):
            environment, vcpus = where.pop(t.job_id)
            held[environment] -= int(vcpus)
            running -= 1
        assert running <= 9
        assert all(held[name] <= most for name, most in capacity.items())
    assert running == 0


@settings(FAST, max_examples=15)
@given(
    factors=st.lists(st.sampled_from([0.25, 0.5, 1.0, 2.0]), min_size=2, max_size=4),
    seconds=st.integers(120, 300),
)
def test_shares_converge_to_their_weights(make_batch: Callable[..., Batch], factors: list[float], seconds: int) -> None:
    batch = make_batch(max_vcpus=30, limits=EngineLimits(max_jobs_per_minute=None))
    shares = {f"s{n}": factor for n, factor in enumerate(factors)}
    fair_queue(batch, shareDecaySeconds=600, shareDistribution=weights(**shares))
    batch.runner.plan = lambda _: Plan(seconds=seconds - 1, boot=1)
    rounds = 2_400 // seconds
    for share in shares:
        submit(batch, share, arrayProperties={"size": 30 * rounds})
    batch.clock.advance(rounds * seconds - 1)
    started = Counter(batch.runner.order())
    total, parts = sum(started.values()), sum(1 / factor for factor in factors)
    for share, factor in shares.items():
        expected = total / factor / parts
        # Jobs are whole: a share may have up to one more or less at a time.
        assert abs(started[share] - expected) <= 0.1 * expected + rounds


@FAST
@given(jobs=st.lists(st.tuples(st.sampled_from(["low", "high"]), st.integers(1, 3)), min_size=2, max_size=30))
def test_priorities_hold(make_batch: Callable[..., Batch], jobs: list[tuple[str, int]]) -> None:
    batch = make_batch(max_vcpus=3)
    batch.queue("low", "environment", priority=1)
    batch.queue("high", "environment", priority=10)
    for number, (queue, vcpus) in enumerate(jobs):
        size = {"resourceRequirements": [{"type": "VCPU", "value": str(vcpus)}]}
        batch.submit(f"{queue}{number}", jobQueue=queue, containerOverrides=size)
    batch.clock.run()
    order = batch.runner.order()
    numbers = {queue: [int(n.removeprefix(queue)) for n in order if n.startswith(queue)] for queue in ("low", "high")}
    assert all(found == sorted(found) for found in numbers.values())
    # A job of the lower queue goes first only where the higher one's head did not fit.
    for position, name in enumerate(order):
        later = [n for n in order[position:] if n.startswith("high")]
        if name.startswith("low") and later:
            head = min(later, key=lambda n: int(n.removeprefix("high")))
            assert jobs[int(head.removeprefix("high"))][1] > 1


@FAST
@given(count=st.integers(2, 20), priorities=st.lists(st.integers(0, 3), min_size=2, max_size=4))
def test_equal_queues_serve_the_oldest(make_batch: Callable[..., Batch], count: int, priorities: list[int]) -> None:
    batch = make_batch(max_vcpus=1)
    for number, priority in enumerate(priorities):
        batch.queue(f"q{number}", "environment", priority=priority)
    for number in range(count):
        batch.submit(f"j{number}", jobQueue=f"q{number % len(priorities)}")
    batch.clock.run()
    order = [int(name[1:]) for name in batch.runner.order()]
    assert order == sorted(range(count), key=lambda n: (-priorities[n % len(priorities)], n))
