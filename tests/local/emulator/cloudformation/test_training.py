"""Queues for service jobs: their CloudFormation types are created in the engine."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from support.local_server import LocalServer

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Policy": {
            "Type": "AWS::Batch::SchedulingPolicy",
            "Properties": {"QuotaSharePolicy": {"IdleResourceAssignmentStrategy": "FIFO"}},
        },
        "Environment": {
            "Type": "AWS::Batch::ServiceEnvironment",
            "Properties": {
                "ServiceEnvironmentType": "SAGEMAKER_TRAINING",
                "CapacityLimits": [{"CapacityUnit": "ml.g6.xlarge", "MaxCapacity": 8}],
            },
        },
        "Queue": {
            "Type": "AWS::Batch::JobQueue",
            "Properties": {
                "Priority": 1,
                "JobQueueType": "SAGEMAKER_TRAINING",
                "ServiceEnvironmentOrder": [{"Order": 1, "ServiceEnvironment": {"Ref": "Environment"}}],
                "SchedulingPolicyArn": {"Ref": "Policy"},
            },
        },
        "Share": {
            "Type": "AWS::Batch::QuotaShare",
            "Properties": {
                "QuotaShareName": "team",
                "JobQueue": {"Ref": "Queue"},
                "CapacityLimits": [{"CapacityUnit": "ml.g6.xlarge", "MaxCapacity": 4}],
                "ResourceSharingConfiguration": {"Strategy": "LEND_AND_BORROW", "BorrowLimit": 50},
                "PreemptionConfiguration": {"InSharePreemption": "DISABLED"},
            },
        },
    },
    "Outputs": {
        "Environment": {"Value": {"Fn::GetAtt": ["Environment", "ServiceEnvironmentArn"]}},
        "Queue": {"Value": {"Ref": "Queue"}},
        "Share": {"Value": {"Fn::GetAtt": ["Share", "QuotaShareArn"]}},
        "ShareRef": {"Value": {"Ref": "Share"}},
    },
}


def test_a_training_queue_is_created_updated_and_deleted(server: LocalServer) -> None:
    before = server.outputs(server.stack("training", TEMPLATE))
    batch = server.client("batch")
    assert before["Share"] == before["ShareRef"]
    (queue,) = batch.describe_job_queues(jobQueues=[before["Queue"]])["jobQueues"]
    assert queue["serviceEnvironmentOrder"] == [{"order": 1, "serviceEnvironment": before["Environment"]}]
    share = batch.describe_quota_share(quotaShareArn=before["Share"])
    assert (share["quotaShareName"], share["jobQueueArn"]) == ("team", before["Queue"])

    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Environment"]["Properties"]["CapacityLimits"][0]["MaxCapacity"] = 16
    template["Resources"]["Share"]["Properties"]["CapacityLimits"][0]["MaxCapacity"] = 12
    after = server.outputs(server.stack("training", template))

    assert after == before
    (found,) = batch.describe_service_environments(serviceEnvironments=[after["Environment"]])["serviceEnvironments"]
    assert found["capacityLimits"] == [{"capacityUnit": "ml.g6.xlarge", "maxCapacity": 16}]
    assert batch.describe_quota_share(quotaShareArn=after["Share"])["capacityLimits"][0]["maxCapacity"] == 12

    cloudformation = server.client("cloudformation")
    cloudformation.delete_stack(StackName="training")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="training", WaiterConfig={"Delay": 1})
    assert batch.describe_service_environments(serviceEnvironments=[after["Environment"]])["serviceEnvironments"] == []
    with pytest.raises(ClientError, match="not found"):
        batch.describe_quota_share(quotaShareArn=after["Share"])


def test_a_service_job_is_refused(server: LocalServer) -> None:
    outputs = server.outputs(server.stack("refusing", TEMPLATE))
    with pytest.raises(ClientError, match="the local AWS has no SageMaker"):
        server.client("batch").submit_service_job(
            jobName="train",
            jobQueue=outputs["Queue"],
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload="{}",
            quotaShareName="team",
        )
