from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.local_server import LocalServer


@pytest.fixture(scope="module")
def role(server: LocalServer) -> str:
    statements = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::guarded/*"}]
    s3 = server.client("s3")
    s3.create_bucket(Bucket="guarded")
    s3.put_object(Bucket="guarded", Key="k", Body=b"secret")
    return server.role("reader", service="ecs-tasks.amazonaws.com", statements=statements)


@pytest.fixture
def enforced(server: LocalServer) -> Iterator[None]:
    server.aws.enforce_iam(True)
    yield
    server.aws.enforce_iam(False)


def as_role(server: LocalServer, role: str, service: str) -> Any:  # noqa: ANN401
    keys = server.client("sts").assume_role(RoleArn=role, RoleSessionName="job")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=server.aws.endpoint,
        region_name=server.aws.region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def test_a_role_may_do_what_its_policy_says_and_no_more(server: LocalServer, role: str, enforced: None) -> None:
    s3 = as_role(server, role, "s3")

    assert s3.get_object(Bucket="guarded", Key="k")["Body"].read() == b"secret"
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket="guarded", Key="k", Body=b"x")
    with pytest.raises(ClientError, match="AccessDenied"):
        as_role(server, role, "batch").describe_job_queues()


def test_without_enforcement_everything_is_allowed(server: LocalServer, role: str) -> None:
    as_role(server, role, "s3").put_object(Bucket="guarded", Key="other", Body=b"x")


def test_root_may_do_everything(server: LocalServer, enforced: None) -> None:
    server.client("s3").put_object(Bucket="guarded", Key="root", Body=b"x")
    server.client("batch").describe_job_queues()


def test_a_bucket_that_asks_for_tls_can_be_used(server: LocalServer, role: str, enforced: None) -> None:
    import json

    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::guarded", "arn:aws:s3:::guarded/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    server.client("s3").put_bucket_policy(Bucket="guarded", Policy=policy)

    assert as_role(server, role, "s3").get_object(Bucket="guarded", Key="k")["Body"].read() == b"secret"
