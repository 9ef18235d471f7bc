from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from local.engine.harness import Batch


def order(*names: str) -> list[dict[str, Any]]:
    return [{"order": number, "computeEnvironment": name} for number, name in enumerate(names, 1)]


def test_a_queue_is_described(batch: Batch) -> None:
    arn = batch.queue("second", "environment", priority=7, tags={"team": "a"})
    (found,) = batch("DescribeJobQueues", jobQueues=[arn])["jobQueues"]
    assert (found["jobQueueName"], found["priority"], found["state"], found["status"]) == (
        "second",
        7,
        "ENABLED",
        "VALID",
    )
    assert found["tags"] == {"team": "a"}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"jobQueueName": "a/b"}, "valid pattern"),
        ({"jobQueueName": "queue"}, "already exists"),
        ({"priority": 1001}, "0 to 1000"),
        ({"computeEnvironmentOrder": []}, "1 to 3"),
        ({"computeEnvironmentOrder": order("environment", "b", "c", "d")}, "1 to 3"),
        ({"computeEnvironmentOrder": order("nowhere")}, "ComputeEnvironment nowhere not found"),
        ({"computeEnvironmentOrder": order("environment", "environment")}, "once"),
        ({"computeEnvironmentOrder": order("environment", "fargate")}, "can't be mixed"),
        ({"computeEnvironmentOrder": [*order("environment"), *order("b")]}, "own order number"),
        ({"schedulingPolicyArn": "arn:none"}, "SchedulingPolicy arn:none not found"),
        ({"serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "s"}]}, "not both"),
        ({"state": "PAUSED"}, "ENABLED, DISABLED"),
    ],
)
def test_refused_queues(batch: Batch, members: dict[str, Any], words: str) -> None:
    batch.environment("b")
    batch.environment("fargate", 4, "FARGATE")
    request = {"jobQueueName": "new", "priority": 1, "computeEnvironmentOrder": order("environment"), **members}
    with pytest.raises(BatchError, match=words):
        batch("CreateJobQueue", **request)


def test_deleting_needs_a_disabled_queue_and_ends_its_jobs(batch: Batch) -> None:
    running = batch.submit()
    with pytest.raises(BatchError, match="DISABLED first"):
        batch("DeleteJobQueue", jobQueue="queue")
    batch.clock.advance(2)
    batch("UpdateJobQueue", jobQueue="queue", state="DISABLED")
    batch("DeleteJobQueue", jobQueue="queue")
    batch.clock.run()
    assert batch.job(running)["statusReason"] == "JobQueue queue was deleted"
    assert batch("DescribeJobQueues", jobQueues=["queue"])["jobQueues"] == []
    batch("UpdateComputeEnvironment", computeEnvironment="environment", state="DISABLED")
    batch("DeleteComputeEnvironment", computeEnvironment="environment")


def test_a_queue_of_the_same_name_starts_empty(batch: Batch) -> None:
    batch.environment("small", 1)
    batch.queue("again", "small")
    old = [batch.submit(f"old-{n}", jobQueue="again") for n in range(2)]
    batch.clock.advance(2)
    batch("UpdateJobQueue", jobQueue="again", state="DISABLED")
    batch("DeleteJobQueue", jobQueue="again")
    batch.queue("again", "environment")

    new = batch.submit("new", jobQueue="again")
    batch.clock.run()

    assert [batch.status(job) for job in (*old, new)] == ["FAILED", "FAILED", "SUCCEEDED"]
    listed = batch("ListJobs", jobQueue="again", jobStatus="FAILED")["jobSummaryList"]
    assert listed == []
    assert (
        batch.job(new)["jobId"]
        == batch("ListJobs", jobQueue="again", jobStatus="SUCCEEDED")["jobSummaryList"][0]["jobId"]
    )


def test_a_disabled_queue_takes_no_jobs_but_runs_those_it_has(batch: Batch) -> None:
    job = batch.submit()
    batch("UpdateJobQueue", jobQueue="queue", state="DISABLED")
    with pytest.raises(BatchError, match="DISABLED state"):
        batch.submit()
    batch.clock.run()
    assert batch.status(job) == "SUCCEEDED"


def test_an_update_can_change_the_environments(batch: Batch) -> None:
    batch.environment("other")
    batch("UpdateJobQueue", jobQueue="queue", computeEnvironmentOrder=order("other"), priority=5)
    batch("UpdateComputeEnvironment", computeEnvironment="environment", state="DISABLED")
    batch("DeleteComputeEnvironment", computeEnvironment="environment")
    batch.submit()
    batch.clock.run()
    assert batch.runner.attempts[0].environment_name == "other"


def test_scheduling_policies_and_share_identifiers(batch: Batch) -> None:
    share = {"shareDistribution": [{"shareIdentifier": "a", "weightFactor": 1.0}]}
    arn = batch("CreateSchedulingPolicy", name="fair", fairsharePolicy=share, tags={"k": "v"})["arn"]
    assert batch("ListSchedulingPolicies")["schedulingPolicies"] == [{"arn": arn}]
    batch("UpdateSchedulingPolicy", arn=arn, fairsharePolicy={"shareDecaySeconds": 600})
    (found,) = batch("DescribeSchedulingPolicies", arns=[arn])["schedulingPolicies"]
    assert found["fairsharePolicy"] == {"shareDecaySeconds": 600}
    batch.queue("fair", "environment", schedulingPolicyArn=arn)
    with pytest.raises(BatchError, match="shareIdentifier must be specified"):
        batch.submit(jobQueue="fair")
    with pytest.raises(BatchError, match="has no scheduling policy"):
        batch.submit(shareIdentifier="a")
    job = batch.job(batch.submit(jobQueue="fair", shareIdentifier="a", schedulingPriorityOverride=5))
    assert (job["shareIdentifier"], job["schedulingPriority"]) == ("a", 5)
    with pytest.raises(BatchError, match="found existing JobQueue relationship"):
        batch("DeleteSchedulingPolicy", arn=arn)
    batch.clock.run()
    batch("UpdateJobQueue", jobQueue="fair", state="DISABLED")
    batch("DeleteJobQueue", jobQueue="fair")
    batch("DeleteSchedulingPolicy", arn=arn)
    assert batch("DescribeSchedulingPolicies", arns=[arn])["schedulingPolicies"] == []
