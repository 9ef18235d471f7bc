"""What holds for every workload."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local.simulation.parts import environment, fargate_definition, queue

from batchwright.local.simulation import End

if TYPE_CHECKING:
    from local.simulation.parts import Run

HOUR = 3600
STREAMS = st.lists(
    st.fixed_dictionaries(
        {
            "array": st.integers(2, 30),
            "count": st.integers(1, 4),
            "vcpus": st.integers(1, 4),
            "duration_seconds": st.sampled_from(
                [{"constant": 30}, {"uniform": [5, 50]}, {"lognormal": {"median": 20, "sigma": 1}}]
            ),
            "arrival": st.sampled_from([None, {"every_seconds": 7}, {"per_hour": 300}]),
        }
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STREAMS, st.integers(0, 5))
def test_nothing_is_lost_and_nothing_is_faster_than_it_can_be(run: Run, jobs: list[dict[str, Any]], seed: int) -> None:
    streams = [{"name": f"s{number}", **job} for number, job in enumerate(jobs)]
    report = run(*streams, seed=seed)

    (environment,), (queue,) = report.environments, report.queues
    assert report.end is End.COMPLETE
    assert [stream.succeeded for stream in report.streams] == [job["array"] * job["count"] for job in jobs]
    assert math.fsum(stream.vcpu_hours for stream in report.streams) == pytest.approx(environment.used_vcpu_hours)
    for stream, job in zip(report.streams, jobs, strict=True):
        if job["duration_seconds"] == {"constant": 30}:
            assert stream.vcpu_hours * HOUR == pytest.approx(30 * stream.jobs * job["vcpus"])
    assert environment.peak_vcpus <= 4
    assert report.makespan_seconds >= environment.used_vcpu_hours * HOUR / 4 - 1e-6
    assert environment.mean_vcpus * report.makespan_seconds == pytest.approx(environment.used_vcpu_hours * HOUR)
    assert queue.waits is not None
    assert queue.waits.jobs == sum(stream.jobs for stream in report.streams)
    assert 0 <= queue.waits.p50 <= queue.waits.p90 <= queue.waits.p99 <= queue.waits.max
    # Little's law: jobs that wait, over time, are the times that jobs waited.
    assert queue.mean_waiting * report.makespan_seconds == pytest.approx(queue.waits.mean * queue.waits.jobs, abs=1e-3)


CLOUDY: dict[str, Any] = {
    "cloud": {"boot_seconds": 100, "idle_seconds": 50, "host_vcpus": 4, "spot_reclaims_per_host_hour": 2},
    "resources": {"Environment": environment(16, "SPOT")},
}
MIXED = (
    {
        "name": "a",
        "count": 100,
        "arrival": {"per_hour": 400},
        "duration_seconds": {"lognormal": {"median": 300, "sigma": 0.7}},
        "exit_codes": {"1": 0.1},
        "attempts": 4,
    },
    {
        "name": "b",
        "array": 20,
        "duration_seconds": {"exponential": {"mean": 60}},
        "after": {"stream": "a", "ended": True},
    },
)


def test_the_same_seed_gives_the_same_report(run: Run) -> None:
    first, second, other = (run(*MIXED, seed=seed, **CLOUDY).as_json() for seed in (5, 5, 6))

    assert first == second
    assert first != other


def test_jobs_last_as_long_whatever_they_run_on(run: Run) -> None:
    jobs = {"name": "a", "array": 50, "duration_seconds": {"uniform": [10, 100]}}
    small, large = run(jobs, max_vcpus={"Environment": 2}), run(jobs, max_vcpus={"Environment": 64})

    assert small.streams[0].vcpu_hours == pytest.approx(large.streams[0].vcpu_hours)
    assert small.makespan_seconds > large.makespan_seconds


def test_a_host_is_paid_from_the_request_to_the_end_of_its_idle_time(run: Run) -> None:
    cloud = {"boot_seconds": 100, "idle_seconds": 50, "host_vcpus": 4}
    report = run({"name": "a", "array": 8, "duration_seconds": 10}, cloud=cloud)

    (environment,) = report.environments
    assert environment.hosts == 1
    assert environment.paid_vcpu_hours is not None
    assert environment.paid_vcpu_hours * HOUR == pytest.approx(4 * (100 + 20 + 50))
    assert environment.used_vcpu_hours * HOUR == pytest.approx(80)
    assert report.makespan_seconds == pytest.approx(120)
    assert report.streams[0].waits is not None
    assert report.streams[0].waits.p50 == pytest.approx(100)
    assert report.streams[0].waits.max == pytest.approx(110)


def test_spot_takes_attempts_and_they_are_made_again(run: Run) -> None:
    report = run(*MIXED, **CLOUDY)

    (environment,) = report.environments
    stream = report.streams[0]
    assert environment.reclaimed is not None
    assert environment.reclaimed > 0
    assert stream.lost_to_spot > 0
    assert stream.retried > 0
    assert environment.paid_vcpu_hours is not None
    assert environment.paid_vcpu_hours > environment.used_vcpu_hours > 0


def test_fargate_is_paid_for_what_runs(run: Run) -> None:
    fargate = environment(4, "FARGATE", SecurityGroupIds=["sg-1"])
    report = run(
        {"name": "a", "array": 4, "duration_seconds": 60},
        resources={"Environment": fargate, "Job": fargate_definition()},
        cloud={"task_seconds": 20},
    )

    (found,) = report.environments
    assert report.makespan_seconds == pytest.approx(80)
    assert found.paid_vcpu_hours == pytest.approx(found.used_vcpu_hours)
    assert found.hosts is None


def test_a_time_limit_of_the_queue_cancels_what_waits_too_long(run: Run) -> None:
    reason = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
    actions = [{"State": "RUNNABLE", "Action": "CANCEL", "MaxTimeSeconds": 600, "Reason": reason}]
    report = run(
        {"name": "a", "duration_seconds": 10, "vcpus": 8},
        {"name": "b", "duration_seconds": 10, "start_seconds": 1},
        resources={"Queue": queue("Environment", JobStateTimeLimitActions=actions)},
    )

    assert report.end is End.COMPLETE
    a, b = report.streams
    assert (a.failed, a.cancelled, a.never_ran) == (1, 1, 1)
    assert all(reason in text for text in a.failures)
    # It stood at the head of the queue until then.
    assert b.waits is not None
    assert b.waits.max == pytest.approx(599)
