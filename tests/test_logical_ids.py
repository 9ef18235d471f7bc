"""Logical ids of what holds data: another id is another resource, and the old one goes with all that is in it.

A construct's ids are part of its interface from the first release on. When this test fails, put the old id back; only
a resource that is really new joins the list.
"""

from __future__ import annotations

import pytest
from support.synthesis import synthesize
from support.systems import stacks_of, systems

STATEFUL = {
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
}

LOGICAL_IDS = {
    "sample-network-endpoints": ["NetworkFlowLogs2BEC3212"],
    "sample-network-nat": ["NetworkFlowLogs2BEC3212"],
    "sample-network-public": ["NetworkFlowLogs2BEC3212"],
    "sample-job-ec2-minimal": ["JobLogsD3A1DDA2"],
    "sample-job-fargate-minimal": ["JobLogsD3A1DDA2"],
    "sample-job-ec2-full": ["JobLogsD3A1DDA2"],
    "sample-job-fargate-full": ["JobLogsD3A1DDA2"],
    "sample-repository-minimal": ["ImagesRepository2D0F5B9C"],
    "sample-repository-full": ["ImagesRepository2D0F5B9C", "JobLogsD3A1DDA2"],
    "sample-function-minimal": ["FunctionLogsB2C1DB5C"],
    "sample-function-full": ["FunctionLogsB2C1DB5C"],
    "sample-platform-minimal": ["PlatformNotifierTopic5AC02639", "PlatformNotifierTopicKey8D20D488"],
    "sample-pipeline-minimal": ["JobLogsD3A1DDA2", "PipelineLogs402221E7"],
    "sample-pipeline-full": [
        "JobLogsD3A1DDA2",
        "PipelineLogs402221E7",
        "SplitLogs799CA9D2",
        "Topic85E630E2",
        "TopicKey6720E77D",
    ],
    "sample-trigger": ["Bucket83908E77", "JobLogsD3A1DDA2", "PipelineLogs402221E7", "TriggerDeadLetters50E2EFBF"],
    "sample-notifier-minimal": ["NotifierTopic524A2741", "NotifierTopicKey3320A06F"],
    "stack-ImageEmbeddings": [
        "AccessLogs8B620ECA",
        "BatchNetworkFlowLogs958B6CDB",
        "BatchNotifierTopic88BECF42",
        "BatchNotifierTopicKey15395094",
        "EmbedLogsB22954B6",
        "EmbeddingsLogs6D21C861",
        "Images2D38C313",
        "RequestsDeadLetters0BCDDCCA",
        "SplitLogs799CA9D2",
        "SummarizeLogs6C627F4D",
        "VectorsF49AECB1",
    ],
    "sample-environment-unmanaged-minimal": [
        "EnvironmentClusterLookupLogs2F24BE17",
        "EnvironmentDrainingFunctionLogs4FFF19AD",
    ],
    "sample-environment-unmanaged-full": [
        "EnvironmentClusterLookupLogs2F24BE17",
        "EnvironmentDrainingFunctionLogs4FFF19AD",
    ],
    "sample-environment-eks-minimal": ["NamespaceAccessLogs78E11222"],
    "sample-environment-eks-own-image": ["NamespaceAccessLogs78E11222"],
    "sample-multi-container-observed": ["JobLogsD3A1DDA2"],
    "sample-capacity-schedule-minimal": ["NightsDeadLetters7FD05624"],
    "sample-capacity-schedule-full": ["OfficeHoursDeadLettersD73984C7"],
    "sample-capacity-budget": ["BudgetDeadLettersC982B05E", "BudgetFunctionLogs5EA56BF6"],
    "sample-network-fargate": ["NetworkFlowLogs2BEC3212"],
    "sample-network-eks": ["NetworkFlowLogs2BEC3212"],
    "sample-vpc-endpoints-minimal": ["VpcRejectedLogGroup0FFB81F6"],
    "sample-job-ec2-surroundings-full": ["JobLogsD3A1DDA2"],
    "sample-job-fargate-windows": ["JobLogsD3A1DDA2"],
    "sample-job-managed-instances-minimal": ["JobLogsD3A1DDA2"],
    "sample-job-managed-instances-full": ["JobLogsD3A1DDA2"],
    "sample-multi-container-minimal": ["JobLogsD3A1DDA2"],
    "sample-multi-container-ec2-full": ["JobLogsD3A1DDA2"],
    "sample-multi-container-fargate-full": ["JobLogsD3A1DDA2"],
    "sample-multi-container-managed-instances-full": ["JobLogsD3A1DDA2"],
    "sample-multi-container-submitted": ["JobLogsD3A1DDA2", "RunLogsFBDF6876"],
    "sample-multi-node-minimal": ["JobLogsD3A1DDA2"],
    "sample-multi-node-full": ["JobLogsD3A1DDA2", "RunLogsFBDF6876"],
    "sample-pull-through-cache-minimal": ["JobLogsD3A1DDA2"],
    "sample-pull-through-cache-full": ["JobLogsD3A1DDA2"],
    "sample-revision-janitor-minimal": ["JanitorFunctionLogs4614D66B", "JobLogsD3A1DDA2"],
    "sample-revision-janitor-full": ["JanitorFunctionLogs4614D66B", "JobLogsD3A1DDA2"],
}


@pytest.mark.parametrize("system", [name for name in systems() if not name.startswith("example-")])
def test_what_holds_data_keeps_its_id(system: str) -> None:
    found = {
        logical_id
        for stack in stacks_of(systems()[system]())
        for logical_id, resource in synthesize(stack).resources.items()
        if resource["Type"] in STATEFUL
    }
    assert found == set(LOGICAL_IDS.get(system, ()))


def test_no_system_is_listed_that_is_gone() -> None:
    assert LOGICAL_IDS.keys() <= systems().keys()
