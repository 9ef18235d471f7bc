from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.runners.launch import LaunchError
from batchwright.local.runners.roles import Roles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.local_server import LocalServer


@pytest.fixture(autouse=True)
def enforced(server: LocalServer) -> Iterator[None]:
    server.aws.enforce_iam(True)
    yield
    server.aws.enforce_iam(False)


def trusting(server: LocalServer, name: str, *statements: dict[str, Any]) -> str:
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **one} for one in statements],
    }
    iam = server.client("iam")
    return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"])


def test_a_job_gets_the_keys_of_a_role_that_trusts_tasks(server: LocalServer) -> None:
    role = trusting(server, "tasks", {"Principal": {"Service": ["batch.amazonaws.com", "ecs-tasks.amazonaws.com"]}})

    assert Roles(client=server.client).keys(role, "job")["SessionToken"]


@pytest.mark.parametrize(
    "statements",
    [
        [{"Principal": {"Service": "batch.amazonaws.com"}}],
        [{"Principal": {"Service": "lambda.amazonaws.com"}}],
        [{"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}],
        [
            {"Principal": {"Service": "ecs-tasks.amazonaws.com"}},
            {"Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Effect": "Deny"},
        ],
    ],
    ids=["batch", "lambda", "account", "denied"],
)
def test_a_job_cannot_use_a_role_that_does_not_trust_tasks(
    server: LocalServer, statements: list[dict[str, Any]], request: pytest.FixtureRequest
) -> None:
    role = trusting(server, f"other-{request.node.callspec.id}", *statements)

    with pytest.raises(LaunchError, match="ECS was unable to assume the role"):
        Roles(client=server.client).keys(role, "job")


def test_the_user_may_try_a_role_as_root(server: LocalServer) -> None:
    role = trusting(server, "tried", {"Principal": {"Service": "lambda.amazonaws.com"}})

    assert server.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]


def test_without_enforcement_trust_does_not_count(server: LocalServer) -> None:
    server.aws.enforce_iam(False)

    assert Roles(client=server.client).keys("arn:aws:iam::123456789012:role/made-up", "job")["AccessKeyId"]
