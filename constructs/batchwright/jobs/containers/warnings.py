"""What AWS takes of a container, but is hardly meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Annotations

from batchwright.model.environment_variables import empty_variable_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

VARIABLE_WARNING: Final = "batchwright:emptyVariable"


def warn_of_variables(scope: Construct, environments: Mapping[str, Mapping[str, str]]) -> None:
    """Warn of environment variables without a value: the program does not find them set.

    Args:
        scope: The job.
        environments: The variables of its containers, by their fields' names, such as `containers[0].environment`.
    """
    for field, environment in environments.items():
        for problem in empty_variable_problems(environment, field=field):
            Annotations.of(scope).add_warning_v2(VARIABLE_WARNING, str(problem))
