"""What every runner does before a program starts: its environment, with credentials and secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from batchwright.local.engine import Attempt, Exit
from batchwright.local.proxies import names_proxy, without_proxy

_NOT_IN_SESSION_NAME: Final = re.compile(r"[^A-Za-z0-9_=,.@-]")
_SESSION_NAME_LENGTH: Final = 64
_SECRET_PARTS: Final = 7
_PARAMETER_ARN: Final = re.compile(r"arn:[a-z-]+:ssm:[a-z0-9-]*:\d*:parameter(/.*|/?[^/].*)")
START_FAILED: Final = "Task failed to start"

Clients = Callable[[str], Any]


class LaunchError(Exception):
    """An attempt cannot start; the text is the container's reason in AWS's words."""


def failed_start(reason: str) -> Exit:
    """Return the end of an attempt whose program never ran."""
    return Exit(exit_code=None, reason=reason, status_reason=START_FAILED)


def launch_environment(attempt: Attempt, *, client: Clients, region: str, endpoint: str) -> dict[str, str]:
    """Return all variables of an attempt's program.

    On top of the job's own come the values of its secrets, the region, the local endpoint, and credentials of the job
    role. Without a job role there are none, and the SDKs are told not to look for those of an instance.

    Args:
        attempt: The attempt.
        client: Service name to boto3 client.
        region: The region.
        endpoint: URL of the local AWS as the program sees it.

    Raises:
        LaunchError: A secret cannot be read or the role cannot be assumed.
    """
    variables = {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        **attempt.environment(),
    }
    for name, source in attempt.container.secrets.items():
        variables[name] = _secret(source, client)
    role = attempt.container.job_role_arn
    if role:
        variables.update(_credentials(role, attempt.job_id, client))
    if names_proxy(variables):
        variables.update(without_proxy((urlsplit(endpoint).hostname or "",), variables))
    return variables


def _credentials(role: str, job_id: str, client: Clients) -> Mapping[str, str]:
    session = _NOT_IN_SESSION_NAME.sub("-", job_id)[:_SESSION_NAME_LENGTH]
    try:
        keys = client("sts").assume_role(RoleArn=role, RoleSessionName=session)["Credentials"]
    except (ClientError, BotoCoreError) as error:
        raise LaunchError(
            f"ECS was unable to assume the role '{role}' that was provided for this task. Please verify that the role "
            f"being passed has the proper trust relationship and permissions. {error}"
        ) from error
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }


def _secret(source: str, client: Clients) -> str:
    """Read a secret: a Secrets Manager ARN, `:json-key:stage:version` after it or not, or an SSM parameter."""
    try:
        if ":secretsmanager:" in source:
            return _from_secrets_manager(source, client)
        found = _PARAMETER_ARN.fullmatch(source)
        name = found[1] if found else source
        # `parameter/name` is the ARN of both `name` and `/name`; only a path keeps its slash.
        if found and name.count("/") == 1:
            name = name.lstrip("/")
        value = client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        return str(value)
    except (ClientError, BotoCoreError, ValueError, KeyError, TypeError) as error:
        raise LaunchError(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval "
            f"failed: unable to retrieve secret from {source}: {error}"
        ) from error


def _from_secrets_manager(source: str, client: Clients) -> str:
    parts = source.split(":")
    key, stage, version = ([*parts[_SECRET_PARTS:], "", "", ""])[:3]
    wanted = {"SecretId": ":".join(parts[:_SECRET_PARTS])}
    if stage:
        wanted["VersionStage"] = stage
    if version:
        wanted["VersionId"] = version
    value = str(client("secretsmanager").get_secret_value(**wanted)["SecretString"])
    if not key:
        return value
    item = json.loads(value)[key]
    return item if isinstance(item, str) else json.dumps(item)
