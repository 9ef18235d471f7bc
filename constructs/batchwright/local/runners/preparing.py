"""What a container needs before it starts: its secrets, the keys of its role, its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from batchwright.local.runners.launch import launch_environment
from batchwright.local.runners.secrets import registry_credentials, secret_variables

if TYPE_CHECKING:
    from batchwright.local.engine import Attempt, Container
    from batchwright.local.runners.roles import Roles


class Tools(Protocol):
    """What every runner has."""

    @property
    def roles(self) -> Roles:
        """Keys of jobs' roles."""

    @property
    def region(self) -> str:
        """The region."""

    @property
    def endpoint(self) -> str:
        """URL of the local AWS as the program sees it."""


def prepare(attempt: Attempt, container: Container, tools: Tools) -> tuple[dict[str, str], dict[str, str] | None]:
    """Read the secrets as the execution role; return all variables of the program, and the registry's credentials.

    Raises:
        LaunchError: A secret cannot be read, or a role cannot be assumed.
    """
    executor = tools.roles.clients(container.execution_role_arn, attempt.task_id)
    secrets = secret_variables(container, executor)
    registry = container.registry_credentials
    credentials = registry_credentials(registry, executor) if registry else None
    role = container.job_role_arn
    variables = launch_environment(
        attempt,
        container,
        region=tools.region,
        endpoint=tools.endpoint,
        secrets=secrets,
        keys=tools.roles.keys(role, attempt.job_id) if role else None,
    )
    return variables, credentials
