"""Random graphs of jobs: none is lost, each ends, and the events are the transitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchwright.local.engine import Attempt, Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch, Plan

jobs_of = st.lists(
    st.fixed_dictionaries(
        {
            "size": st.sampled_from([None, None, 2, 3]),
            "depends": st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["", "N_TO_N"])), max_size=3),
            "sequential": st.booleans(),
            "attempts": st.integers(1, 3),
            "vcpus": st.integers(1, 4),
            "codes": st.lists(st.sampled_from([0, 0, 0, 1, None]), min_size=3, max_size=3),
            "seconds": st.integers(0, 90),
            "timeout": st.booleans(),
        }
    ),
    min_size=1,
    max_size=12,
)
actions_of = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 11), st.sampled_from(["CancelJob", "TerminateJob"])), max_size=4
)


def submit_all(batch: Batch, jobs: list[dict[str, Any]]) -> list[str]:
    ids: list[str] = []
    for number, job in enumerate(jobs):
        members: dict[str, Any] = {"retryStrategy": {"attempts": job["attempts"]}}
        depends: list[dict[str, str]] = []
        for other, kind in job["depends"]:
            if other < number and (not kind or (job["size"] and jobs[other]["size"] == job["size"])):
                depends.append({"jobId": ids[other], **({"type": kind} if kind else {})})
        if job["size"]:
            members["arrayProperties"] = {"size": job["size"]}
            if job["sequential"]:
                depends.append({"type": "SEQUENTIAL"})
        if job["timeout"]:
            members["timeout"] = {"attemptDurationSeconds": 60}
        needs = [{"type": "VCPU", "value": str(job["vcpus"])}]
        members["containerOverrides"] = {"resourceRequirements": needs}
        ids.append(batch.submit(f"j{number}", dependsOn=depends, **members))
    return ids


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(jobs=jobs_of, actions=actions_of)
def test_every_job_ends(
    make_batch: Callable[..., Batch], plan: type[Plan], jobs: list[dict[str, Any]], actions: list[tuple[int, int, str]]
) -> None:
    batch = make_batch(max_vcpus=5)

    def plan_of(attempt: Attempt) -> Plan:
        job = jobs[int(attempt.job_name[1:])]
        return plan(seconds=job["seconds"], exit=Exit(exit_code=job["codes"][attempt.number - 1]))

    batch.runner.plan = plan_of
    ids = submit_all(batch, jobs)
    for delay, number, operation in sorted(actions):
        batch.clock.advance(delay)
        batch(operation, jobId=ids[number % len(ids)], reason="drawn")
    batch.clock.run()

    told = batch.check_events()
    children = {f"{ids[n]}:{i}" for n, job in enumerate(jobs) for i in range(job["size"] or 0)}
    assert set(told) == set(ids) | children
    for job_id in told:
        assert told[job_id][-1] == batch.status(job_id)
    assert batch.runner.running == 0
    assert batch.engine._lifecycle._scheduler.running == 0
    assert all(environment.used == 0 for environment in batch.engine._resources.environments.store)
    for number, job in enumerate(jobs):
        check_dependencies(batch, ids, job, number)


def check_dependencies(batch: Batch, ids: list[str], job: dict[str, Any], number: int) -> None:
    """A job that ran did so after the jobs it depends on had succeeded."""
    detail = batch.job(ids[number])
    for dependency in detail["dependsOn"]:
        if "jobId" in dependency and "type" not in dependency and detail["status"] == "SUCCEEDED":
            assert batch.job(dependency["jobId"])["status"] == "SUCCEEDED"
    for record in detail["attempts"]:
        assert len(detail["attempts"]) <= job["attempts"]
        assert record["stoppedAt"] >= record.get("startedAt", 0)
