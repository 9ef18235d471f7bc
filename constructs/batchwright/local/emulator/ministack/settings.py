"""The environment variables that ministack reads when it is imported and while it runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from batchwright.local.proxies import LOOPBACK_NAMES, without_proxy

if TYPE_CHECKING:
    from collections.abc import Mapping

# What pipelines on Batch touch. ministack loads a service on its first request, so a long list costs nothing.
SERVICES = (
    "apigateway",
    "autoscaling",
    "batch",
    "cloudformation",
    "codebuild",
    "dynamodb",
    "dynamodbstreams",
    "ec2",
    "ecr",
    "ecs",
    "eks",
    "elasticfilesystem",
    "elasticloadbalancing",
    "events",
    "firehose",
    "glue",
    "athena",
    "iam",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "pipes",
    "s3",
    "scheduler",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "states",
    "sts",
    "tagging",
)


def ministack_environment(*, port: int, account: str, region: str) -> dict[str, str | None]:
    """Return the variables for a server; None means that the variable has to be absent."""
    return {
        "GATEWAY_PORT": str(port),
        "EDGE_PORT": None,
        "MINISTACK_ACCOUNT_ID": account,
        "MINISTACK_REGION": region,
        "MINISTACK_HOST": None,
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_STRICT": "0",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
        "LOCALSTACK_PERSISTENCE": None,
        "LOCALSTACK_HOSTNAME": None,
        "SFN_MOCK_CONFIG": None,
        "LOCALSTACK_SFN_MOCK_CONFIG": None,
        "USE_SSL": None,
        "AUTH": "false",
        "SERVICES": ",".join(SERVICES),
        **without_proxy(LOOPBACK_NAMES, os.environ),
    }


class ProcessEnvironment:
    """Variables set in this process for as long as a server runs."""

    def __init__(self, variables: Mapping[str, str | None]) -> None:
        self._variables = dict(variables)
        self._before: dict[str, str | None] = {}

    def apply(self) -> None:
        """Set the variables and remember what was there."""
        self._before = {name: os.environ.get(name) for name in self._variables}
        _write(self._variables)

    def restore(self) -> None:
        """Put back what was there. May be called twice."""
        _write(self._before)
        self._before = {}


def _write(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
