from __future__ import annotations

import pytest

from batchwright.model.egress import endpoint_service, missing_endpoint_problems


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
