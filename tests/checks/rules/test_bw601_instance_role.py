from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, template
from support.submitted_jobs import Json, found

from batchwright.checks.rules.bw601_instance_role import RULE

POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
PARTITIONED = {"Fn::Sub": POLICY.replace("arn:aws:", "arn:${AWS::Partition}:")}
SSM = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
AT = ("Role", "ManagedPolicyArns")
NEEDED = [
    "ecs:DiscoverPollEndpoint",
    "ecs:Poll",
    "ecs:RegisterContainerInstance",
    "ecs:SubmitContainerStateChange",
    "ecs:SubmitTaskStateChange",
]


def document(*actions: object, **statement: object) -> Json:
    return {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*", **statement}]}


def trust(service: object = "ec2.amazonaws.com") -> Json:
    return {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}


def hosts(role: Json, compute: Json | None = None, **resources: Json) -> Json:
    profile = {"InstanceRole": {"Fn::GetAtt": ["Profile", "Arn"]}}
    return template(
        Environment=environment({**profile, **(compute or {})}),
        Profile={"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "Role"}]}},
        Role={"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust(), **role}},
        **resources,
    )


def attached(kind: str, actions: list[str], **properties: object) -> Json:
    return {"Type": f"AWS::IAM::{kind}", "Properties": {"PolicyDocument": document(*actions), **properties}}


@pytest.mark.parametrize(
    "case",
    [
        hosts({}),
        hosts({"ManagedPolicyArns": [SSM]}),
        hosts({"ManagedPolicyArns": [SSM]}, {"Type": "SPOT"}),
        hosts({"Policies": [{"PolicyName": "p", "PolicyDocument": document("ecs:Submit*", "s3:*")}]}),
        hosts({"Policies": [{"PolicyName": "p", "PolicyDocument": document(*NEEDED, Effect="Deny")}]}),
        hosts({}, Policy=attached("Policy", ["ecs:Poll"], Roles=[{"Ref": "Role"}])),
        hosts({"RoleName": "hosts"}, Policy=attached("Policy", NEEDED, Roles=["others"])),
    ],
)
def test_a_role_that_cannot_join_is_found(case: Json) -> None:
    assert found(RULE, case) == [AT]


@pytest.mark.parametrize(
    "case",
    [
        hosts({"ManagedPolicyArns": [SSM, POLICY]}),
        hosts({"ManagedPolicyArns": [PARTITIONED]}),
        hosts({"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}),
        hosts({"ManagedPolicyArns": ["arn:aws:iam::123456789012:policy/ours"]}),
        hosts({"ManagedPolicyArns": [OPEN]}),
        hosts({"ManagedPolicyArns": OPEN}),
        hosts({"Policies": [{"PolicyName": "p", "PolicyDocument": document("ECS:*")}]}),
        hosts({"Policies": [{"PolicyName": "p", "PolicyDocument": document("ecs:?*")}]}),
        hosts({"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": document(*NEEDED)["Statement"][0]}}]}),
        hosts({"Policies": [{"PolicyName": "p", "PolicyDocument": document(OPEN)}]}),
        hosts({"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [{"NotAction": "iam:*"}]}}]}),
        hosts({}, Policy=attached("Policy", NEEDED, Roles=[{"Ref": "Role"}])),
        hosts({}, Policy=attached("RolePolicy", NEEDED, RoleName={"Ref": "Role"})),
        hosts({}, Policy=attached("ManagedPolicy", NEEDED, Roles=[{"Ref": "Role"}])),
        hosts({}, Policy=attached("Policy", NEEDED, Roles=[OPEN])),
        hosts({"RoleName": "hosts"}, Policy=attached("Policy", NEEDED, Roles=["hosts"])),
        hosts({"RoleName": OPEN}, Policy=attached("Policy", NEEDED, Roles=["hosts"])),
        hosts({"ManagedPolicyArns": [{"Ref": "Policy"}]}, Policy=attached("ManagedPolicy", NEEDED)),
        hosts({}, {"InstanceRole": "ecsInstanceRole"}),
        hosts({}, {"InstanceRole": OPEN}),
        hosts({}, {"Type": "FARGATE"}),
    ],
)
def test_one_that_can_or_is_open_is_accepted(case: Json) -> None:
    assert not violations(RULE, case)


def test_hosts_take_the_role_on() -> None:
    case = hosts({"ManagedPolicyArns": [POLICY], "AssumeRolePolicyDocument": trust("batch.amazonaws.com")})
    assert found(RULE, case) == [("Role", "AssumeRolePolicyDocument")]
    for service in (["batch.amazonaws.com", "ec2.amazonaws.com"], {"Fn::Sub": "ec2.${AWS::URLSuffix}"}, OPEN):
        case = hosts({"ManagedPolicyArns": [POLICY], "AssumeRolePolicyDocument": trust(service)})
        assert not violations(RULE, case)
