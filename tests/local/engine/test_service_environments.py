from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from local.engine.harness import Batch

INSTANCES = [{"capacityUnit": "NUM_INSTANCES", "maxCapacity": 10}]
TYPES = [{"capacityUnit": "ml.g6.xlarge", "maxCapacity": 8}, {"capacityUnit": "ml.m5.large", "maxCapacity": 4}]
SHARE: dict[str, Any] = {
    "capacityLimits": [{"capacityUnit": "ml.g6.xlarge", "maxCapacity": 4}],
    "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW", "borrowLimit": 100},
    "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
}


def environment(batch: Batch, name: str = "training", limits: list[dict[str, Any]] | None = None) -> str:
    made = batch(
        "CreateServiceEnvironment",
        serviceEnvironmentName=name,
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=limits or INSTANCES,
    )
    return str(made["serviceEnvironmentArn"])


def queue(batch: Batch, *services: str, name: str = "training", **members: object) -> str:
    order = [{"order": n, "serviceEnvironment": each} for n, each in enumerate(services, 1)]
    made = batch(
        "CreateJobQueue",
        jobQueueName=name,
        priority=1,
        jobQueueType="SAGEMAKER_TRAINING",
        serviceEnvironmentOrder=order,
        **members,
    )
    return str(made["jobQueueArn"])


def quota_queue(batch: Batch) -> str:
    environment(batch, limits=TYPES)
    policy = batch("CreateSchedulingPolicy", name="quota", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"})[
        "arn"
    ]
    return queue(batch, "training", schedulingPolicyArn=policy)


def test_an_environment_is_made_changed_and_removed(batch: Batch) -> None:
    arn = environment(batch)
    assert arn.endswith(":service-environment/training")
    (found,) = batch("DescribeServiceEnvironments", serviceEnvironments=["training"])["serviceEnvironments"]
    assert (found["state"], found["status"], found["capacityLimits"]) == ("ENABLED", "VALID", INSTANCES)
    more = [{"capacityUnit": "NUM_INSTANCES", "maxCapacity": 20}]
    batch("UpdateServiceEnvironment", serviceEnvironment=arn, capacityLimits=more)
    with pytest.raises(BatchError, match="must be DISABLED first"):
        batch("DeleteServiceEnvironment", serviceEnvironment=arn)
    batch("UpdateServiceEnvironment", serviceEnvironment="training", state="DISABLED")
    (found,) = batch("DescribeServiceEnvironments")["serviceEnvironments"]
    assert (found["state"], found["capacityLimits"]) == ("DISABLED", more)
    batch("DeleteServiceEnvironment", serviceEnvironment=arn)
    assert batch("DescribeServiceEnvironments")["serviceEnvironments"] == []


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ([{"capacityUnit": "NUM_INSTANCES"}], "must have maxCapacity"),
        ([{"capacityUnit": "NUM_INSTANCES", "maxCapacity": 0}], "1 or more"),
        ([{"capacityUnit": "GPUS", "maxCapacity": 1}], "instance types"),
        ([*INSTANCES, *TYPES], "NUM_INSTANCES"),
    ],
)
def test_refused_capacity(batch: Batch, limits: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(BatchError, match=words):
        environment(batch, limits=limits)
    environment(batch)
    with pytest.raises(BatchError, match=words):
        batch("UpdateServiceEnvironment", serviceEnvironment="training", capacityLimits=limits)


def test_a_queue_over_it(batch: Batch) -> None:
    service = environment(batch)
    arn = queue(batch, "training")
    (found,) = batch("DescribeJobQueues", jobQueues=[arn])["jobQueues"]
    assert found["jobQueueType"] == "SAGEMAKER_TRAINING"
    assert found["serviceEnvironmentOrder"] == [{"order": 1, "serviceEnvironment": "training"}]
    batch("UpdateServiceEnvironment", serviceEnvironment=service, state="DISABLED")
    with pytest.raises(BatchError, match="found existing JobQueue relationship"):
        batch("DeleteServiceEnvironment", serviceEnvironment=service)
    snapshot = batch("GetJobQueueSnapshot", jobQueue=arn)
    assert snapshot["frontOfQueue"]["jobs"] == []
    batch("UpdateJobQueue", jobQueue=arn, state="DISABLED")
    batch("DeleteJobQueue", jobQueue=arn)
    batch("DeleteServiceEnvironment", serviceEnvironment=service)


def test_refused_queues(batch: Batch) -> None:
    environment(batch)
    environment(batch, "other")
    environment(batch, "types", TYPES)
    with pytest.raises(BatchError, match="1"):
        queue(batch, "training", "other")
    with pytest.raises(BatchError, match="ServiceEnvironment nowhere not found"):
        queue(batch, "nowhere")
    with pytest.raises(BatchError, match="NUM_INSTANCES without quota shares"):
        queue(batch, "types")
    with pytest.raises(BatchError, match="not both"):
        queue(batch, "training", computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "environment"}])
    queue(batch, "training")
    with pytest.raises(BatchError, match="keeps its kind of environments"):
        batch(
            "UpdateJobQueue",
            jobQueue="training",
            computeEnvironmentOrder=[{"order": 1, "computeEnvironment": "environment"}],
        )


def test_time_limits_of_a_service_queue_terminate(batch: Batch) -> None:
    environment(batch)
    action = {"reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", "state": "RUNNABLE", "maxTimeSeconds": 600}
    with pytest.raises(BatchError, match="TERMINATE in a queue for service jobs"):
        queue(batch, "training", jobStateTimeLimitActions=[{**action, "action": "CANCEL"}])
    queue(batch, "training", jobStateTimeLimitActions=[{**action, "action": "TERMINATE"}])


def test_service_jobs_are_refused_and_never_found(batch: Batch) -> None:
    environment(batch)
    queue(batch, "training")
    job = {"jobName": "j", "serviceJobType": "SAGEMAKER_TRAINING", "serviceRequestPayload": "{}"}
    with pytest.raises(BatchError, match="the local AWS has no SageMaker"):
        batch("SubmitServiceJob", jobQueue="training", **job)
    with pytest.raises(BatchError, match="has no service environment"):
        batch("SubmitServiceJob", jobQueue="queue", **job)
    with pytest.raises(BatchError, match="takes service jobs only"):
        batch.submit(jobQueue="training")
    assert batch("ListServiceJobs", jobQueue="training")["jobSummaryList"] == []
    for operation, more in (("DescribeServiceJob", {}), ("UpdateServiceJob", {"schedulingPriority": 1})):
        with pytest.raises(BatchError, match="does not exist"):
            batch(operation, jobId="none", **more)
    assert batch("TerminateServiceJobs", jobs=["none"], reason="r") == {"successful": ["none"], "errors": []}


def test_a_quota_share_is_made_changed_and_removed(batch: Batch) -> None:
    arn = quota_queue(batch)
    share = batch("CreateQuotaShare", quotaShareName="team", jobQueue="training", tags={"k": "v"}, **SHARE)
    ident = share["quotaShareArn"]
    found = batch("DescribeQuotaShare", quotaShareArn=ident)
    assert (found["jobQueueArn"], found["state"], found["status"]) == (arn, "ENABLED", "VALID")
    assert batch("ListTagsForResource", resourceArn=ident)["tags"] == {"k": "v"}
    (listed,) = batch("ListQuotaShares", jobQueue="training")["quotaShares"]
    assert listed["quotaShareName"] == "team"
    assert batch("GetJobQueueSnapshot", jobQueue=arn)["frontOfQuotaShares"]["quotaShares"] == {"team": []}
    batch("UpdateQuotaShare", quotaShareArn=ident, state="DISABLED", capacityLimits=TYPES)
    assert batch("DescribeQuotaShare", quotaShareArn=ident)["capacityLimits"] == TYPES
    batch("UpdateJobQueue", jobQueue=arn, state="DISABLED")
    with pytest.raises(BatchError, match="has quota shares"):
        batch("DeleteJobQueue", jobQueue=arn)
    batch("DeleteQuotaShare", quotaShareArn=ident)
    with pytest.raises(BatchError, match="not found"):
        batch("DescribeQuotaShare", quotaShareArn=ident)
    batch("DeleteJobQueue", jobQueue=arn)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quotaShareName": "a/b"}, "valid pattern"),
        ({"jobQueue": "queue"}, "no scheduling policy of quota shares"),
        ({"capacityLimits": [{"capacityUnit": "ml.p5.48xlarge", "maxCapacity": 1}]}, "types of the environment"),
        ({"capacityLimits": [{"capacityUnit": "m5.large", "maxCapacity": 1}]}, "SageMaker's instance types"),
        ({"capacityLimits": []}, "1 to 5 instance types"),
        ({"resourceSharingConfiguration": {"strategy": "LEND", "borrowLimit": 5}}, "nothing unless the share borrows"),
    ],
)
def test_refused_quota_shares(batch: Batch, change: dict[str, Any], words: str) -> None:
    quota_queue(batch)
    with pytest.raises(BatchError, match=words):
        batch("CreateQuotaShare", **{"quotaShareName": "team", "jobQueue": "training", **SHARE, **change})


def test_twenty_quota_shares_at_most(batch: Batch) -> None:
    quota_queue(batch)
    for number in range(20):
        batch("CreateQuotaShare", quotaShareName=f"s{number}", jobQueue="training", **SHARE)
    with pytest.raises(BatchError, match="already exists"):
        batch("CreateQuotaShare", quotaShareName="s0", jobQueue="training", **SHARE)
    with pytest.raises(BatchError, match="up to 20"):
        batch("CreateQuotaShare", quotaShareName="more", jobQueue="training", **SHARE)
    page = batch("ListQuotaShares", jobQueue="training", maxResults=15)
    rest = batch("ListQuotaShares", jobQueue="training", nextToken=page["nextToken"])
    assert len(page["quotaShares"]) + len(rest["quotaShares"]) == 20


def test_a_policy_is_of_one_kind_for_good(batch: Batch) -> None:
    quota = {"idleResourceAssignmentStrategy": "FIFO"}
    with pytest.raises(BatchError, match="not both"):
        batch("CreateSchedulingPolicy", name="p", quotaSharePolicy=quota, fairsharePolicy={})
    arn = batch("CreateSchedulingPolicy", name="p", fairsharePolicy={})["arn"]
    with pytest.raises(BatchError, match="another kind"):
        batch("UpdateSchedulingPolicy", arn=arn, quotaSharePolicy=quota)
    quotas = batch("CreateSchedulingPolicy", name="q", quotaSharePolicy=quota)["arn"]
    with pytest.raises(BatchError, match="needs a service environment"):
        batch.queue("over", "environment", schedulingPolicyArn=quotas)
