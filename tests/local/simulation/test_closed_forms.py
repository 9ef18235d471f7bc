"""Workloads whose figures are known from formulas."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from local.simulation.parts import environment, job_definition, queue

from batchwright.local.simulation import End

if TYPE_CHECKING:
    from local.simulation.parts import Run

HOUR = 3600


def gpu_definition() -> dict[str, Any]:
    definition = job_definition("4")
    definition["Properties"]["ContainerProperties"]["ResourceRequirements"].append({"Type": "GPU", "Value": "1"})
    return definition


def fair(**weights: float) -> dict[str, Any]:
    """A queue over the environment that shares it by these weights."""
    shares = [{"ShareIdentifier": name, "WeightFactor": weight} for name, weight in weights.items()]
    policy = {"FairsharePolicy": {"ShareDecaySeconds": 600, "ShareDistribution": shares}}
    return {
        "Policy": {"Type": "AWS::Batch::SchedulingPolicy", "Properties": policy},
        "Queue": queue("Environment", SchedulingPolicyArn={"Ref": "Policy"}),
    }


def test_a_hundred_minutes_on_ten_slots_and_a_boot(run: Run) -> None:
    report = run(
        {"name": "a", "array": 100, "duration_seconds": 60},
        resources={"Environment": environment(10, InstanceTypes=["c7i.large"])},
        cloud={"boot_seconds": 120, "idle_seconds": 30},
    )

    (found,), (stream,) = report.environments, report.streams
    assert report.makespan_seconds == pytest.approx(720)
    assert found.hosts == 5
    assert found.used_vcpu_hours * HOUR == pytest.approx(6_000)
    assert found.paid_vcpu_hours is not None
    assert found.paid_vcpu_hours * HOUR == pytest.approx(10 * (120 + 600 + 30))
    assert stream.waits is not None
    assert stream.waits.mean == pytest.approx(120 + 60 * 4.5)
    assert (stream.waits.p50, stream.waits.p95, stream.waits.max) == pytest.approx((120 + 240, 120 + 540, 120 + 540))


def test_a_queue_of_chance_arrivals_waits_as_theory_has_it(run: Run) -> None:
    """M/D/1: https://en.wikipedia.org/wiki/M/D/1_queue."""
    load = 0.5
    report = run(
        {"name": "a", "count": 6_000, "arrival": {"per_hour": 60 * load}, "duration_seconds": 60},
        max_vcpus={"Environment": 1},
        horizon_hours=5_000,
    )

    assert report.streams[0].waits is not None
    assert report.streams[0].waits.mean == pytest.approx(60 * load / (2 * (1 - load)), rel=0.1)
    assert report.environments[0].mean_vcpus == pytest.approx(load, rel=0.05)


def test_spot_takes_as_many_attempts_as_its_rate_says(run: Run) -> None:
    rate, seconds, jobs = 0.5, 1_800, 2_000
    report = run(
        {"name": "a", "count": jobs, "duration_seconds": seconds, "vcpus": 2, "attempts": 10},
        resources={"Environment": environment(100, "SPOT", InstanceTypes=["c7i.large"])},
        cloud={"boot_seconds": 0, "spot_reclaims_per_host_hour": rate},
    )

    # A host's life forgets how old it is, so each attempt lives to its end with the same probability.
    lives = math.exp(-rate * seconds / HOUR)
    lost = report.streams[0].lost_to_spot
    assert report.streams[0].succeeded == jobs
    assert lost == pytest.approx(jobs * (1 - lives) / lives, rel=0.15)
    assert report.streams[0].attempts == jobs + lost
    assert report.environments[0].reclaimed is not None
    assert report.environments[0].reclaimed >= lost
    # An attempt that is lost lasted for the mean of what is cut off.
    mean = HOUR / rate - seconds * lives / (1 - lives)
    assert report.streams[0].vcpu_hours * HOUR == pytest.approx(2 * (jobs * seconds + lost * mean), rel=0.05)


def test_gpus_decide_how_many_run_and_on_demand_takes_what_spot_cannot(run: Run) -> None:
    report = run(
        {"name": "a", "array": 18, "duration_seconds": 600},
        resources={
            "Spot": environment(96, "SPOT", InstanceTypes=["g5.12xlarge"]),
            "OnDemand": environment(48, InstanceTypes=["g5.12xlarge"]),
            "Queue": queue("Spot", "OnDemand"),
            "Job": gpu_definition(),
        },
        cloud={"boot_seconds": 100},
    )

    # Eight GPUs and four more: two waves.
    used = {each.name: each for each in report.environments}
    assert report.makespan_seconds == pytest.approx(1_300)
    assert (used["Spot"].peak_vcpus, used["OnDemand"].peak_vcpus) == (32, 16)
    assert (used["Spot"].hosts, used["OnDemand"].hosts) == (2, 1)
    (note,) = report.notes
    assert note == (
        "a: a job uses 4 vCPUs but takes 12 of a host's, whose GPUs or memory are used up first (Spot, OnDemand)."
    )


def test_a_host_stays_as_long_as_the_template_says(run: Run) -> None:
    delayed = environment(4, ScalingPolicy={"MinScaleDownDelayMinutes": 20})
    report = run(
        {"name": "a", "array": 2, "duration_seconds": 60, "vcpus": 4},
        {"name": "later", "duration_seconds": 60, "start_seconds": 900},
        resources={"Environment": delayed},
        cloud={"boot_seconds": 100, "idle_seconds": 30},
    )

    (found,) = report.environments
    assert found.hosts == 1
    assert found.paid_vcpu_hours is not None
    assert found.paid_vcpu_hours * HOUR == pytest.approx(4 * (900 + 60 + 1_200))


def test_teams_get_their_part_while_all_of_them_wait(run: Run) -> None:
    """A weight factor of a half gets twice of what one gets."""
    jobs = [
        {"name": team, "array": 4_000, "duration_seconds": 60, "shares": team, "priority": 1}
        for team in ("red", "green", "blue")
    ]
    report = run(
        *jobs,
        resources={"Environment": environment(40), **fair(red=1, green=1, blue=0.5)},
        horizon_hours=2,
    )

    parts = {share.share: share.part for share in report.shares}
    assert report.end is End.HORIZON
    assert parts == pytest.approx({"red": 0.25, "green": 0.25, "blue": 0.5}, rel=0.05)
    # What still runs at the horizon counts in every account.
    hours = math.fsum(share.vcpu_hours for share in report.shares)
    assert hours == pytest.approx(report.environments[0].used_vcpu_hours)
    assert hours == pytest.approx(math.fsum(stream.vcpu_hours for stream in report.streams))


def test_the_waits_of_each_team(run: Run) -> None:
    jobs = {"name": "a", "count": 90, "duration_seconds": 60, "shares": {"first": 1, "last": 1}, "priority": 1}
    report = run(jobs, resources=fair(first=0.01, last=1))

    waits = {share.share: share.waits for share in report.shares}
    assert sum(each.jobs for each in waits.values() if each is not None) == 90
    assert waits["first"] is not None
    assert waits["last"] is not None
    assert waits["first"].max < waits["last"].p95


def test_assumptions_stand_in_the_report(run: Run) -> None:
    job = {"name": "a", "duration_seconds": 1}
    clear, cloudy = run(job).as_json(), run(job, cloud={"boot_seconds": 7}).as_json()

    assert clear["assumptions"]["boot_seconds"] is None
    assert cloudy["assumptions"] == {
        "boot_seconds": 7, "task_seconds": 30, "idle_seconds": 60, "host_vcpus": 16, "spot_reclaims_per_host_hour": 0,
        "submissions_per_second": 1e12,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "strategy", "hosts"),
    [("EC2", None, 5), ("EC2", "BEST_FIT", 5), ("EC2", "BEST_FIT_PROGRESSIVE", 6), ("SPOT", "BEST_FIT", 6)],
)
def test_hosts_that_jobs_cannot_fill_stay_within_the_limit_and_one(
    run: Run, kind: str, strategy: str | None, hosts: int
) -> None:
    """Nine jobs of five vCPUs are within 45 vCPUs; nine hosts of eight, which have room for one each, are not."""
    resources = {"InstanceTypes": ["c7i.2xlarge"], **({"AllocationStrategy": strategy} if strategy else {})}
    jobs = {"name": "a", "array": 9, "duration_seconds": 600, "vcpus": 5}
    report = run(jobs, resources={"Environment": environment(45, kind, **resources)}, cloud={"boot_seconds": 60})

    (found,) = report.environments
    assert found.hosts == hosts
    assert found.peak_vcpus == 5 * hosts
    assert report.makespan_seconds == pytest.approx(60 + 2 * 600)
    assert report.notes == ()
