"""Roles against the emulator, with policies enforced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.runners.harness import make_container
from support.local_server import LocalServer

from batchwright.local.runners.launch import LaunchError
from batchwright.local.runners.roles import Roles
from batchwright.local.runners.secrets import secret_variables

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    running = LocalServer(iam=True)
    try:
        yield running
    finally:
        running.close()


def test_secrets_are_read_with_the_permissions_of_the_execution_role(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "does-not-exist")
    arn = server.client("secretsmanager").create_secret(Name="db", SecretString='{"password": "p"}')["ARN"]
    allow = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn}
    may = server.role("may", service="ecs-tasks.amazonaws.com", statements=[allow])
    may_not = server.role("may-not", service="ecs-tasks.amazonaws.com")
    container = make_container(secrets={"P": f"{arn}:password::"})
    roles = Roles(client=server.client)

    assert secret_variables(container, roles.clients(may, "task")) == {"P": "p"}
    assert secret_variables(container, roles.clients(None, "task")) == {"P": "p"}
    with pytest.raises(LaunchError, match="from secrets manager: AccessDenied"):
        secret_variables(container, roles.clients(may_not, "task"))


def test_a_role_that_does_not_exist(server: LocalServer) -> None:
    roles = Roles(client=server.client)
    with pytest.raises(LaunchError, match="ECS was unable to assume the role 'arn:aws:iam::123456789012:role/none'"):
        roles.keys("arn:aws:iam::123456789012:role/none", "job")
