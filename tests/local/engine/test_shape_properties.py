"""Random jobs of nodes and resources: none is lost, nothing is kept, and the events are the transitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local.engine.harness import Plan
from local.engine.shapes import group, nodes

from batchwright.local.engine import Exit

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch

    from batchwright.local.engine import Attempt

jobs_of = st.lists(
    st.fixed_dictionaries(
        {
            "nodes": st.sampled_from([None, 1, 2, 4]),
            "main": st.integers(0, 3),
            "needs": st.integers(0, 2),
            "attempts": st.integers(1, 3),
            "codes": st.lists(st.sampled_from([0, 0, 1, None]), min_size=4, max_size=4),
            "seconds": st.lists(st.integers(0, 90), min_size=4, max_size=4),
            "timeout": st.booleans(),
        }
    ),
    min_size=1,
    max_size=8,
)
actions_of = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 7), st.sampled_from(["CancelJob", "TerminateJob"])), max_size=4
)


def submit(batch: Batch, number: int, job: dict[str, Any]) -> str:
    members: dict[str, Any] = {"retryStrategy": {"attempts": job["attempts"]}}
    if job["timeout"]:
        members["timeout"] = {"attemptDurationSeconds": 60}
    entries = [{"consumableResource": "license", "quantity": job["needs"]}] if job["needs"] else []
    needs = {"consumableResourceProperties": {"consumableResourceList": entries}}
    if job["nodes"] is None:
        batch.register(f"d{number}", **needs)
    else:
        properties = nodes(job["nodes"], group(":"), main=job["main"] % job["nodes"])
        batch.register_as(f"d{number}", type="multinode", nodeProperties=properties, **needs)
    return batch.submit(f"j{number}", jobDefinition=f"d{number}", **members)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(jobs=jobs_of, actions=actions_of)
def test_every_job_and_node_ends(
    make_batch: Callable[..., Batch], jobs: list[dict[str, Any]], actions: list[tuple[int, int, str]]
) -> None:
    batch = make_batch(max_vcpus=6)
    batch("CreateConsumableResource", consumableResourceName="license", totalQuantity=3)

    def plan(attempt: Attempt) -> Plan:
        job = jobs[int(attempt.job_name[1:])]
        index = attempt.node.index if attempt.node else 0
        code = job["codes"][(index + attempt.number) % 4]
        return Plan(seconds=job["seconds"][index], exit=Exit(exit_code=code))

    batch.runner.plan = plan
    ids = [submit(batch, number, job) for number, job in enumerate(jobs)]
    for seconds, number, action in sorted(actions):
        batch.clock.advance(seconds)
        if number < len(ids):
            batch(action, jobId=ids[number], reason="stop")
    batch.clock.run()
    told = batch.check_events()
    for job_id, job in zip(ids, jobs, strict=True):
        assert job_id in told
        assert len(batch.job(job_id)["attempts"]) <= job["attempts"]
        for index in range(job["nodes"] or 0):
            assert batch.status(f"{job_id}#{index}") in ("SUCCEEDED", "FAILED")
    assert batch.runner.running == 0
    networks = [a.network for a in batch.runner.attempts if a.network is not None]
    assert sorted(batch.runner.released) == sorted(set(networks))
    shown = batch("DescribeConsumableResource", consumableResource="license")
    assert (shown["inUseQuantity"], shown["availableQuantity"]) == (0, 3)
