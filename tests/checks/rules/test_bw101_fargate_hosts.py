from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, fargate, maybe, template

from batchwright.checks.rules.bw101_fargate_hosts import RULE


@pytest.mark.parametrize(
    ("compute", "path", "value"),
    [
        ({"MinvCpus": 0}, "ComputeResources.MinvCpus", 0),
        ({"DesiredvCpus": "4"}, "ComputeResources.DesiredvCpus", "4"),
        ({"AllocationStrategy": "BEST_FIT_PROGRESSIVE"}, "ComputeResources.AllocationStrategy", "BEST_FIT_PROGRESSIVE"),
        ({"InstanceTypes": ["c7i"]}, "ComputeResources.InstanceTypes", ["c7i"]),
        ({"LaunchTemplate": {"LaunchTemplateId": "lt-1"}}, "ComputeResources.LaunchTemplate", "set"),
        ({"BidPercentage": 50}, "ComputeResources.BidPercentage", 50),
        ({"Ec2KeyPair": "key"}, "ComputeResources.Ec2KeyPair", "key"),
        ({"ScalingPolicy": {"MinScaleDownDelayMinutes": 30}}, "ComputeResources.ScalingPolicy", "set"),
        ({"InstanceRole": {"Fn::GetAtt": ["Profile", "Arn"]}}, "ComputeResources.InstanceRole", "set"),
        ({"SecurityGroupIds": None}, "ComputeResources.SecurityGroupIds", "0 groups"),
        ({"SecurityGroupIds": [f"sg-{n}" for n in range(6)]}, "ComputeResources.SecurityGroupIds", "6 groups"),
        ({"Subnets": [f"subnet-{n}" for n in range(17)]}, "ComputeResources.Subnets", "17 subnets"),
        ({"Subnets": []}, "ComputeResources.Subnets", "0 subnets"),
    ],
)
@pytest.mark.parametrize("kind", ["FARGATE", "fargate_spot"])
def test_settings_of_hosts_are_found(kind: str, compute: Json, path: str, value: object) -> None:
    profile: Json = {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": ["r"]}}
    (found,) = violations(RULE, template(E=fargate({"Type": kind, **compute}), Profile=profile))
    assert (found.resource.logical_id, found.path, found.problem.value) == ("E", path, value)


@pytest.mark.parametrize(
    "compute",
    [
        {},
        {"Tags": {}, "InstanceTypes": []},
        {"SecurityGroupIds": [f"sg-{n}" for n in range(5)], "Subnets": [f"subnet-{n}" for n in range(16)]},
        {"AllocationStrategy": maybe("BEST_FIT"), "MinvCpus": OPEN},
        {"SecurityGroupIds": OPEN, "Subnets": maybe(["subnet-1"])},
        {"Subnets": {"Fn::Split": [",", OPEN]}},
    ],
)
def test_others_are_taken(compute: Json) -> None:
    assert not violations(RULE, template(E=fargate(compute)))


def test_instances_have_them() -> None:
    compute = {"MinvCpus": 0, "DesiredvCpus": 0, "AllocationStrategy": "BEST_FIT", "SecurityGroupIds": None}
    assert not violations(RULE, template(E=environment(compute), O=environment({**compute, "Type": OPEN})))
