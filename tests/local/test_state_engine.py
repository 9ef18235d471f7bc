"""An engine's archive put into another engine: every shape of job, every kind of resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.engine.harness import Batch
from local.engine.shapes import MAIN, SIDE, container, entry, group, nodes, pod, several

from batchwright.local.engine import BatchEngine, EngineLimits, SimulatedClock
from batchwright.local.engine.archive.jobs import ARCHIVED
from batchwright.local.state.codec import Codec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class NoBlobs:
    def put(self, content: bytes) -> str:
        raise AssertionError(content)

    def get(self, name: str) -> bytes:
        raise AssertionError(name)


class Restarted:
    """The same account in another engine, over the text that a state has."""

    def __init__(self, batch: Batch) -> None:
        codec = Codec(blobs=NoBlobs(), kinds=ARCHIVED)
        text = codec.dumps(batch.engine.archive())
        self.clock = SimulatedClock(start=batch.clock.now())
        self.runner = type(batch.runner)(self.clock)
        self.runner.plan = batch.runner.plan
        self.events: list[Mapping[str, Any]] = []
        self.engine = BatchEngine(
            account="123456789012",
            region="us-east-1",
            runner=self.runner,
            emit=self.events.append,
            clock=self.clock,
        )
        self.engine.restore(codec.loads(text))
        assert codec.dumps(self.engine.archive()) == text

    def __call__(self, operation: str, /, **request: object) -> dict[str, Any]:
        return self.engine.handle(operation, request)


@pytest.fixture
def batch() -> Iterator[Batch]:
    made = Batch()
    yield made
    made.engine.close()


_LISTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("DescribeComputeEnvironments", {}),
    ("DescribeJobQueues", {}),
    ("DescribeJobDefinitions", {}),
    ("ListSchedulingPolicies", {}),
    ("ListConsumableResources", {}),
    ("DescribeServiceEnvironments", {}),
)


def same(before: Batch, after: Restarted, *jobs: str) -> None:
    for operation, request in _LISTS:
        assert after(operation, **request) == before(operation, **request), operation
    for queue in before("DescribeJobQueues")["jobQueues"]:
        for status in ("SUCCEEDED", "FAILED", "RUNNING", "RUNNABLE"):
            request = {"jobQueue": queue["jobQueueName"], "jobStatus": status}
            assert after("ListJobs", **request) == before("ListJobs", **request)
    for job in jobs:
        assert after("DescribeJobs", jobs=[job]) == before("DescribeJobs", jobs=[job])
    assert after.events == []


def test_jobs_of_every_shape_are_described_as_before(batch: Batch) -> None:
    batch.eks()
    batch.register("retried", {"secrets": [{"name": "S", "valueFrom": "arn:s"}]}, retryStrategy={"attempts": 3})
    batch.register_as("several", ecsProperties=several(MAIN, SIDE, container("third")), parameters={"file": "x"})
    batch.register_as("pod", eksProperties=pod(entry("a"), initContainers=[entry("i")]))
    batch.register_as("nodes", type="multinode", nodeProperties=nodes(3, group("0:0"), group("1:")))
    batch.runner.exits(1, 0)
    jobs = [
        batch.submit(jobDefinition="retried", tags={"a": "b"}, timeout={"attemptDurationSeconds": 100}),
        batch.submit(jobDefinition="several"),
        batch.submit(jobDefinition="pod", jobQueue="eks"),
        batch.submit(jobDefinition="nodes"),
        batch.submit(arrayProperties={"size": 4}),
    ]
    jobs.append(batch.submit(dependsOn=[{"jobId": jobs[0]}]))
    batch.clock.run()

    after = Restarted(batch)

    same(batch, after, *jobs, f"{jobs[3]}#1", f"{jobs[4]}:2")
    for member, job in (("arrayJobId", jobs[4]), ("multiNodeJobId", jobs[3])):
        request = {member: job, "jobStatus": "FAILED"}
        assert after("ListJobs", **request) == batch("ListJobs", **request)
    assert after.runner.attempts == []


def test_every_kind_of_resource_is_described_as_before_and_still_linked(batch: Batch) -> None:
    batch("CreateSchedulingPolicy", name="fair", fairsharePolicy={"shareDecaySeconds": 600})
    policy = "arn:aws:batch:us-east-1:123456789012:scheduling-policy/fair"
    batch.queue("shared", "environment", schedulingPolicyArn=policy, tags={"t": "1"})
    batch("CreateConsumableResource", consumableResourceName="license", totalQuantity=2)
    limits = [{"maxCapacity": 4, "capacityUnit": "ml.g5.xlarge"}]
    training = {"serviceEnvironmentType": "SAGEMAKER_TRAINING", "capacityLimits": limits}
    batch("CreateServiceEnvironment", serviceEnvironmentName="train", **training)
    batch.register("definition")
    batch("DeregisterJobDefinition", jobDefinition="definition:1")

    after = Restarted(batch)

    same(batch, after)
    assert after("RegisterJobDefinition", **definition())["revision"] == 3
    with pytest.raises(Exception, match="found existing JobQueue relationship"):
        after("DeleteComputeEnvironment", computeEnvironment="environment")
    with pytest.raises(Exception, match="found existing JobQueue relationship"):
        after("DeleteSchedulingPolicy", arn=policy)
    tags = after("ListTagsForResource", resourceArn="arn:aws:batch:us-east-1:123456789012:job-queue/shared")
    assert tags == {"tags": {"t": "1"}}


def definition() -> dict[str, Any]:
    needs = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}]
    properties = {"image": "image", "resourceRequirements": needs}
    return {"jobDefinitionName": "definition", "type": "container", "containerProperties": properties}


def test_quota_shares_are_there_too(batch: Batch) -> None:
    batch("CreateSchedulingPolicy", name="quota", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"})
    limits = [{"maxCapacity": 4, "capacityUnit": "ml.g5.xlarge"}]
    training = {"serviceEnvironmentType": "SAGEMAKER_TRAINING", "capacityLimits": limits}
    batch("CreateServiceEnvironment", serviceEnvironmentName="train", **training)
    batch(
        "CreateJobQueue",
        jobQueueName="training",
        priority=1,
        jobQueueType="SAGEMAKER_TRAINING",
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "train"}],
        schedulingPolicyArn="arn:aws:batch:us-east-1:123456789012:scheduling-policy/quota",
    )
    share = {"capacityLimits": limits, "resourceSharingConfiguration": {"strategy": "RESERVE"}}
    preemption = {"preemptionConfiguration": {"inSharePreemption": "DISABLED"}}
    made = batch("CreateQuotaShare", quotaShareName="team", jobQueue="training", **share, **preemption)

    after = Restarted(batch)

    same(batch, after)
    question = {"quotaShareArn": made["quotaShareArn"]}
    assert after("DescribeQuotaShare", **question) == batch("DescribeQuotaShare", **question)


def test_a_job_that_had_not_ended_goes_on_and_holds_what_it_held(batch: Batch) -> None:
    batch("CreateConsumableResource", consumableResourceName="license", totalQuantity=2)
    needs = {"consumableResourceList": [{"consumableResource": "license", "quantity": 2}]}
    again = {"retryStrategy": {"attempts": 2}}
    running = batch.submit(consumableResourcePropertiesOverride=needs, **again)
    behind = batch.submit(consumableResourcePropertiesOverride=needs)
    array = batch.submit(arrayProperties={"size": 2}, dependsOn=[{"jobId": running}])
    batch.clock.advance(3)
    jobs = (running, behind, array, f"{array}:1")
    assert [batch.status(job) for job in jobs] == ["RUNNING", "RUNNABLE", "PENDING", "PENDING"]

    after = Restarted(batch)
    same(batch, after, *jobs)
    assert after("DescribeConsumableResource", consumableResource="license")["availableQuantity"] == 0
    after.clock.run()
    assert after.runner.attempts == []

    after.engine.go_on()
    after.clock.run()
    assert [after("DescribeJobs", jobs=[job])["jobs"][0]["status"] for job in jobs] == ["SUCCEEDED"] * 4
    first, second = after("DescribeJobs", jobs=[running])["jobs"][0]["attempts"]
    assert first["statusReason"].startswith("Host EC2 (instance i-")
    assert second["container"]["exitCode"] == 0
    assert after("DescribeConsumableResource", consumableResource="license")["availableQuantity"] == 2
    after("DeleteConsumableResource", consumableResource="license")


def test_a_job_that_was_asked_to_end_is_not_tried_again(batch: Batch) -> None:
    running = batch.submit(retryStrategy={"attempts": 5})
    batch.clock.advance(3)
    batch("TerminateJob", jobId=running, reason="enough")

    after = Restarted(batch)
    after.engine.go_on()
    after.clock.run()

    (job,) = after("DescribeJobs", jobs=[running])["jobs"]
    assert (job["status"], job["statusReason"], len(job["attempts"])) == ("FAILED", "enough", 1)


@pytest.mark.parametrize("seconds", [0.5, 2, 11.5])
def test_nodes_are_lost_together_and_tried_again_together(batch: Batch, seconds: float) -> None:
    batch.register_as("nodes", type="multinode", nodeProperties=nodes(3, group("0:0"), group("1:")))
    job = batch.submit(jobDefinition="nodes", retryStrategy={"attempts": 2})
    batch.clock.advance(seconds)

    after = Restarted(batch)
    after.engine.go_on()
    after.clock.run()

    (found,) = after("DescribeJobs", jobs=[job])["jobs"]
    assert found["status"] == "SUCCEEDED"
    ended_before = seconds > 11
    assert len(found["attempts"]) == (1 if ended_before else 2)


def test_new_jobs_follow_the_old_ones_and_can_depend_on_them(batch: Batch) -> None:
    old = batch.submit("old")
    batch.clock.run()
    after = Restarted(batch)

    new = after("SubmitJob", jobName="new", jobQueue="queue", jobDefinition="definition", dependsOn=[{"jobId": old}])
    after.clock.run()

    assert after("DescribeJobs", jobs=[new["jobId"]])["jobs"][0]["status"] == "SUCCEEDED"
    listed = after("ListJobs", jobQueue="queue", jobStatus="SUCCEEDED")["jobSummaryList"]
    assert [job["jobName"] for job in listed] == ["old", "new"]
    after.engine.close()


def test_jobs_of_a_deleted_queue_stay_described_and_are_not_listed_by_a_new_one(batch: Batch) -> None:
    batch.queue("short", "environment")
    job = batch.submit(jobQueue="short")
    batch.clock.run()
    batch("UpdateJobQueue", jobQueue="short", state="DISABLED")
    batch("DeleteJobQueue", jobQueue="short")
    batch.queue("short", "environment")

    after = Restarted(batch)

    same(batch, after, job)
    assert after("ListJobs", jobQueue="short", jobStatus="SUCCEEDED")["jobSummaryList"] == []


def test_jobs_are_forgotten_as_without_a_restart(batch: Batch) -> None:
    jobs = [batch.submit(f"job-{n}") for n in range(5)]
    batch.clock.run()

    engine = BatchEngine(
        account="123456789012",
        region="us-east-1",
        runner=batch.runner,
        emit=None,
        clock=SimulatedClock(),
        limits=EngineLimits(keep_finished_jobs=2),
    )
    engine.restore(batch.engine.archive())
    found = engine.handle("DescribeJobs", {"jobs": jobs})["jobs"]
    assert sorted(job["jobName"] for job in found) == ["job-3", "job-4"]
