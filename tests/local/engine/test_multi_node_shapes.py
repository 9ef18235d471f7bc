from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.engine.harness import Plan
from local.engine.node_jobs import by_node, index_of, register, statuses, submit
from local.engine.shapes import SIZE, group, nodes

from batchwright.local.engine import BatchError, EngineLimits, Exit, Started

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch


def test_ranges_nest_and_share_nothing_but_the_network(batch: Batch) -> None:
    properties = nodes(6, group("0:", "outer"), group("2:3", "inner"), group(":0", "main"))
    job = submit(batch, properties)
    batch.clock.run()
    images = {index_of(a): a.container.image for a in batch.runner.attempts}
    assert images == {0: "main", 1: "outer", 2: "inner", 3: "inner", 4: "outer", 5: "outer"}
    assert len({a.network for a in batch.runner.attempts}) == 1
    shown = batch.job(job)
    assert shown["nodeProperties"]["numNodes"] == 6
    assert "container" not in shown


def test_nodes_in_describe_and_list(batch: Batch) -> None:
    batch.runner.plan = by_node(n1=Plan(seconds=5), n2=Plan(seconds=5))
    job = submit(batch)
    batch.clock.run()
    node = batch.job(f"{job}#1")
    assert node["nodeDetails"] == {"nodeIndex": 1, "isMainNode": False}
    assert batch.job(f"{job}#0")["nodeDetails"]["isMainNode"] is True
    assert node["container"]["logStreamName"].startswith("nodes/default/")
    listed = batch("ListJobs", multiNodeJobId=job, jobStatus="SUCCEEDED")["jobSummaryList"]
    assert [(s["jobId"], s["nodeProperties"]) for s in listed] == [
        (f"{job}#{n}", {"isMainNode": n == 0, "nodeIndex": n, "numNodes": 3}) for n in range(3)
    ]
    queued = batch("ListJobs", jobQueue="queue", jobStatus="SUCCEEDED")["jobSummaryList"]
    assert [s["jobId"] for s in queued] == [job]
    single = batch.submit()
    with pytest.raises(BatchError, match="not a multi-node parallel job"):
        batch("ListJobs", multiNodeJobId=single)


def test_node_overrides(batch: Batch) -> None:
    overrides = {
        "numNodes": 4,
        "nodePropertyOverrides": [
            {"targetNodes": "0:0", "containerOverrides": {"command": ["main"]}},
            {
                "targetNodes": "1:",
                "containerOverrides": {
                    "command": ["other"],
                    "environment": [{"name": "A", "value": "1"}],
                    "resourceRequirements": [{"type": "VCPU", "value": "2"}],
                },
            },
        ],
    }
    job = submit(batch, nodes(2, group(":0"), group("1:")), nodeOverrides=overrides)
    batch.clock.run()
    commands = {index_of(a): a.container.command for a in batch.runner.attempts}
    assert commands == {0: ("main",), 1: ("other",), 2: ("other",), 3: ("other",)}
    assert batch.job(job)["nodeProperties"]["numNodes"] == 4
    assert batch.job(f"{job}#3")["container"]["command"] == ["other"]
    assert batch.runner.attempts[1].container.environment == {"A": "1"}


def test_a_range_inside_of_another_takes_its_own_override_alone(batch: Batch) -> None:
    changes = [{"targetNodes": "0:", "containerOverrides": {"command": ["outer"]}}]
    submit(batch, nodes(3, group("0:"), group("1:1")), nodeOverrides={"nodePropertyOverrides": changes})
    batch.clock.run()
    commands = {index_of(a): a.container.command for a in batch.runner.attempts}
    assert commands == {0: ("outer",), 1: ("run",), 2: ("outer",)}


def test_nodes_of_several_containers(batch: Batch) -> None:
    task = {"containers": [{"name": n, "image": n, "resourceRequirements": SIZE} for n in ("a", "b")]}
    entries = [{"targetNodes": each, "ecsProperties": {"taskProperties": [task]}} for each in ("0:0", "1:")]
    override = {"taskProperties": [{"containers": [{"name": "b", "command": ["x"]}]}]}
    overrides = {"nodePropertyOverrides": [{"targetNodes": "1:1", "ecsPropertiesOverride": override}]}
    job = submit(batch, nodes(2, *entries), nodeOverrides=overrides)
    batch.clock.run()
    first, second = batch.runner.attempts
    assert [c.command for c in first.containers] == [(), ()]
    assert [c.command for c in second.containers] == [(), ("x",)]
    assert batch.job(f"{job}#1")["ecsProperties"]["taskProperties"][0]["containers"][1]["command"] == ["x"]


def test_nodes_on_eks(batch: Batch) -> None:
    batch.eks()
    pod = {"containers": [{"image": "i", "resources": {"limits": {"cpu": "1", "memory": "512Mi"}}}]}
    register(batch, nodes(2, {"targetNodes": ":", "eksProperties": {"podProperties": pod}}))
    job = batch.submit(jobDefinition="nodes", jobQueue="eks")
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"
    assert len(batch.job(f"{job}#1")["eksAttempts"]) == 1
    batch.check_events()


def test_capacity_is_that_of_all_nodes(batch: Batch) -> None:
    batch.environment("small", 7)
    batch.queue("small", "small")
    register(batch, nodes(3, group(":")))
    for _ in range(3):
        batch.submit(jobDefinition="nodes", jobQueue="small")
    batch.clock.run()
    assert batch.runner.most_running == 6
    assert len(batch.runner.attempts) == 9


def test_a_job_of_more_nodes_than_may_run_at_once_runs_alone(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(limits=EngineLimits(max_running=2))
    register(batch, nodes(3, group(":")))
    jobs = [batch.submit(jobDefinition="nodes") for _ in range(2)]
    batch.clock.run()
    assert batch.runner.most_running == 3
    assert [batch.status(job) for job in jobs] == ["SUCCEEDED"] * 2


@pytest.mark.parametrize("kind", ["SPOT", "UNMANAGED"])
def test_nodes_wait_where_their_job_never_runs(batch: Batch, kind: str) -> None:
    if kind == "SPOT":
        batch.environment("other", 64, "SPOT")
    else:
        batch("CreateComputeEnvironment", computeEnvironmentName="other", type=kind, serviceRole="role")
    batch.queue("other", "other")
    register(batch, nodes(2, group(":")))
    job = batch.submit(jobDefinition="nodes", jobQueue="other")
    batch.clock.run()
    shown = batch.job(job)
    assert shown["status"] == "RUNNABLE"
    assert "On-Demand EC2" in shown["statusReason"]


def test_jobs_that_depend_on_nodes(batch: Batch) -> None:
    job = submit(batch)
    after = batch.submit(dependsOn=[{"jobId": job}])
    with pytest.raises(BatchError, match="is a node"):
        batch.submit(dependsOn=[{"jobId": f"{job}#0"}])
    batch.clock.run()
    assert batch.status(after) == "SUCCEEDED"


@pytest.mark.parametrize(("code", "status"), [(0, "SUCCEEDED"), (1, "FAILED")])
def test_a_multi_node_job_that_waits_for_another(batch: Batch, code: int, status: str) -> None:
    batch.runner.plan = lambda a: Plan(exit=Exit(exit_code=code if a.node is None else 0))
    first = batch.submit()
    job = submit(batch, dependsOn=[{"jobId": first}])
    batch.clock.advance(1)
    assert (batch.status(job), statuses(batch, job)) == ("PENDING", ["PENDING"] * 3)
    batch.clock.run()
    assert batch.status(job) == status
    batch.check_events()


def test_waiting_for_a_job_of_nodes(batch: Batch) -> None:
    job = submit(batch)
    batch.clock.run()
    detail = batch.engine.wait(job, 0)
    assert detail is not None
    assert detail["status"] == "SUCCEEDED"


def test_a_main_node_without_an_address(batch: Batch) -> None:
    batch.runner.plan = by_node(n0=Plan(started=Started()))
    job = submit(batch)
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"
    assert [a.node.main_address for a in batch.runner.attempts if a.node] == [None] * 3
