from __future__ import annotations

import pytest

from batchwright.model import Platform
from batchwright.model.egress import (
    ENDPOINT_SERVICES,
    endpoint_platform_problems,
    endpoint_service,
    endpoint_services,
    missing_endpoint_problems,
)


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("com.amazonaws.eu-west-1.ecr.api", "ecr.api"),
        ("com.amazonaws.?.s3", "s3"),
        ("cn.com.amazonaws.cn-north-1.ecr.dkr", "ecr.dkr"),
        ("com.amazonaws.us-east-1.secretsmanager-fips", "secretsmanager"),
        ("com.amazonaws.vpce.eu-west-1.vpce-svc-0123", "eu-west-1.vpce-svc-0123"),
        ("aws.sagemaker.eu-west-1.notebook", None),
        ("", None),
    ],
)
def test_services_are_read_from_endpoint_names(name: str, service: str | None) -> None:
    assert endpoint_service(name) == service


def test_only_what_is_missing_is_named() -> None:
    (problem,) = missing_endpoint_problems({"ecs", "s3"}, {"s3"}, what="hosts")
    assert problem.value == "no route to the internet, and no endpoint for ecs"
    assert not missing_endpoint_problems({"s3"}, {"s3", "ecs"}, what="hosts")


def test_each_platform_has_its_endpoints() -> None:
    assert set(ENDPOINT_SERVICES[Platform.FARGATE]) < set(ENDPOINT_SERVICES[Platform.EC2])
    assert {"ecs", "ecs-agent"} <= set(ENDPOINT_SERVICES[Platform.EC2])
    assert not {"ecs", "secretsmanager"} & set(ENDPOINT_SERVICES[Platform.EKS])
    assert {"eks", "eks-auth", "sts", "ec2"} <= set(ENDPOINT_SERVICES[Platform.EKS])


def test_each_service_has_one_endpoint() -> None:
    services = endpoint_services([Platform.EC2, Platform.FARGATE, Platform.EKS], ["sts", "sns", "sns"])
    assert len(services) == len(set(services))
    assert services[-1] == "sns"


def test_managed_instances_need_the_internet() -> None:
    (problem,) = endpoint_platform_problems([Platform.MANAGED_INSTANCES])
    assert "NAT gateway" in problem.fix
    assert not endpoint_platform_problems(list(ENDPOINT_SERVICES))
    assert [p.value for p in endpoint_platform_problems(["LAMBDA"])] == ["LAMBDA"]
    assert endpoint_platform_problems([])
