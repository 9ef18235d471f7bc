"""Reads the secrets of containers: variables, options of log drivers, credentials of registries."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from batchwright.local.runners.launch import LaunchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine import Container
    from batchwright.local.runners.roles import Clients

_ARN_PARTS: Final = 7
_PARAMETER_ARN: Final = re.compile(r"arn:[a-z-]+:ssm:[a-z0-9-]*:\d*:parameter(/.*|/?[^/].*)")
_FAILED: Final = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
)
_RETRIED: Final = "service call has been retried 1 time(s): "
_MEMBERS: Final = ("username", "password")


def secret_variables(container: Container, clients: Clients) -> dict[str, str]:
    """Return the values of a container's secret variables.

    The secrets that options of its log driver name are read too, so that one that is missing, or that the execution
    role may not read, fails here as it does on AWS.

    Args:
        container: The container.
        clients: Service name to boto3 client with the keys of the execution role.

    Raises:
        LaunchError: A secret cannot be read, or the execution role cannot be assumed.
    """
    for source in container.log.secret_options.values():
        read_secret(source, clients)
    return {name: read_secret(source, clients) for name, source in container.secrets.items()}


def registry_credentials(arn: str, clients: Clients) -> dict[str, str]:
    """Return `username` and `password` of a private registry from a secret that has both as JSON.

    Raises:
        LaunchError: The secret cannot be read or has no such members.
    """
    text = read_secret(arn, clients)
    try:
        content = json.loads(text)
        return {member: str(content[member]) for member in _MEMBERS}
    except (ValueError, KeyError, TypeError) as error:
        raise LaunchError(
            f"{_FAILED}unable to retrieve registry auth: the secret {arn} must be a JSON object with the members "
            f"{' and '.join(_MEMBERS)}"
        ) from error


def read_secret(source: str, clients: Clients) -> str:
    """Read a secret: a Secrets Manager ARN, with `:json-key:stage:version` after it or not, or an SSM parameter.

    Raises:
        LaunchError: It cannot be read.
    """
    if ":secretsmanager:" in source:
        return _from_secrets_manager(source, clients)
    found = _PARAMETER_ARN.fullmatch(source)
    name = found[1] if found else source
    # `parameter/name` is the ARN of both `name` and `/name`; only a path keeps its slash.
    if found and name.count("/") == 1:
        name = name.lstrip("/")
    try:
        return str(clients("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    except (ClientError, BotoCoreError) as error:
        raise LaunchError(
            f"{_FAILED}unable to retrieve secrets from ssm: {_RETRIED}fetching {source}: {_text(error)}"
        ) from error


def _from_secrets_manager(source: str, clients: Clients) -> str:
    parts = source.split(":")
    key, stage, version = ([*parts[_ARN_PARTS:], "", "", ""])[:3]
    secret = ":".join(parts[:_ARN_PARTS])
    wanted = {"SecretId": secret}
    if stage:
        wanted["VersionStage"] = stage
    if version:
        wanted["VersionId"] = version
    beginning = f"{_FAILED}unable to retrieve secret from asm: {_RETRIED}"
    try:
        answer: Mapping[str, Any] = clients("secretsmanager").get_secret_value(**wanted)
    except (ClientError, BotoCoreError) as error:
        text = f"{beginning}failed to fetch secret {secret} from secrets manager: {_text(error)}"
        raise LaunchError(text) from error
    value = answer.get("SecretString")
    if value is None:
        raise LaunchError(f"{beginning}the secret {secret} is binary, and only text can be a variable")
    if not key:
        return str(value)
    try:
        item = json.loads(value)[key]
    except (ValueError, KeyError, TypeError) as error:
        text = f"{beginning}retrieved secret from Secrets Manager did not contain json key {key}"
        raise LaunchError(text) from error
    return item if isinstance(item, str) else json.dumps(item)


def _text(error: ClientError | BotoCoreError) -> str:
    if isinstance(error, ClientError):
        told = error.response.get("Error", {})
        return f"{told.get('Code')}: {told.get('Message')}"
    return str(error)
