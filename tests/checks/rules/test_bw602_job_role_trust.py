from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, template
from support.submitted_jobs import Json, found

from batchwright.checks.rules.bw602_job_role_trust import RULE

ROLE = {"Fn::GetAtt": ["Role", "Arn"]}
AT = [("Role", "AssumeRolePolicyDocument")]


def trusting(principal: object, **properties: object) -> Json:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    whole = properties or {"ContainerProperties": {"Image": "image", "JobRoleArn": ROLE}}
    return template(
        Job={"Type": "AWS::Batch::JobDefinition", "Properties": {"Type": "container", **whole}},
        Role={"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [statement]}}},
    )


BATCH = {"Service": "batch.amazonaws.com"}
TASKS = {"Service": "ecs-tasks.amazonaws.com"}


@pytest.mark.parametrize(
    "case",
    [
        trusting(BATCH),
        trusting({"Service": ["ec2.amazonaws.com", "ecs.amazonaws.com"]}),
        trusting({"AWS": "arn:aws:iam::123456789012:root"}),
        trusting(BATCH, ContainerProperties={"Image": "image", "ExecutionRoleArn": ROLE}),
        trusting(BATCH, EcsProperties={"TaskProperties": [{"TaskRoleArn": ROLE, "Containers": []}]}),
        trusting(BATCH, NodeProperties={"NodeRangeProperties": [{"Container": {"Image": "i", "JobRoleArn": ROLE}}]}),
    ],
)
def test_roles_for_somebody_else_are_found(case: Json) -> None:
    assert found(RULE, case) == AT


@pytest.mark.parametrize(
    "case",
    [
        trusting(TASKS),
        trusting({"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}),
        trusting({"Service": {"Fn::Sub": "ecs-tasks.${AWS::URLSuffix}"}}),
        trusting({"Service": OPEN}),
        trusting({"AWS": OPEN}),
        trusting({"AWS": "*"}),
        trusting("*"),
        trusting(OPEN),
        trusting(BATCH, ContainerProperties={"Image": "image", "JobRoleArn": "arn:aws:iam::123456789012:role/r"}),
    ],
)
def test_roles_for_tasks_and_open_ones_are_accepted(case: Json) -> None:
    assert not violations(RULE, case)


def test_an_open_policy_is_not_judged() -> None:
    case = trusting(BATCH)
    for policy in (OPEN, {"Statement": OPEN}, {"Statement": [OPEN]}, {}, {"Statement": [{"Effect": OPEN}]}):
        case["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"] = policy
        assert not violations(RULE, case)
