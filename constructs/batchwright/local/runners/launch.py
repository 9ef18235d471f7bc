"""What every runner does before a program starts: its environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from batchwright.local.engine import Attempt, Container, Exit
from batchwright.local.proxies import names_proxy, without_proxy

if TYPE_CHECKING:
    from collections.abc import Mapping

START_FAILED: Final = "Task failed to start"
_TASK_REASONS: Final = ("ResourceInitializationError:",)
_ROUTER: Final = {"FLUENT_HOST": "127.0.0.1", "FLUENT_PORT": "24224"}


class LaunchError(Exception):
    """A container cannot start; the text is its reason in AWS's words."""


def failed_start(reason: str | None) -> Exit:
    """Return the end of a container whose program never ran.

    What fails before there is a container, such as reading secrets, is the task's own reason on AWS.
    """
    status = reason if reason and reason.startswith(_TASK_REASONS) else START_FAILED
    return Exit(exit_code=None, reason=reason, status_reason=status)


def launch_environment(
    attempt: Attempt,
    container: Container,
    *,
    region: str,
    endpoint: str,
    secrets: Mapping[str, str],
    keys: Mapping[str, str] | None,
) -> dict[str, str]:
    """Return all variables of a container's program.

    Args:
        attempt: The attempt.
        container: One of its containers.
        region: The region.
        endpoint: URL of the local AWS as the program sees it.
        secrets: Values of its secret variables.
        keys: Keys of the job role. Without them the SDKs are told not to look for those of an instance.
    """
    variables = {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        **(_ROUTER if any(other.router for other in attempt.containers) else {}),
        **attempt.environment(container),
        **secrets,
    }
    if keys is not None:
        variables["AWS_ACCESS_KEY_ID"] = keys["AccessKeyId"]
        variables["AWS_SECRET_ACCESS_KEY"] = keys["SecretAccessKey"]
        variables["AWS_SESSION_TOKEN"] = keys["SessionToken"]
    if names_proxy(variables):
        variables.update(without_proxy((urlsplit(endpoint).hostname or "",), variables))
    return variables
