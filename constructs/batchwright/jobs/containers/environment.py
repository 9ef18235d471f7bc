"""A container's environment variables and the placeholders of its command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model import Problem
from batchwright.model.environment_variables import variable_name_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PLACEHOLDER: Final = re.compile(r"Ref::([A-Za-z0-9_-]+)")


def environment_problems(environment: Mapping[str, str]) -> Sequence[Problem]:
    """Find variables that Batch refuses at submission.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html (environment)
    """
    found = [problem for name in environment for problem in variable_name_problems(name)]
    if "" in environment:
        found.append(Problem("environment", "", "variables with a name", "Give it one, or leave it out."))
    return found


def secret_name_problems(secrets: Mapping[str, object], environment: Mapping[str, str]) -> Sequence[Problem]:
    """Find secrets under names that Batch keeps to itself, or that plain variables have already.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html (name)
    """
    found = [problem for name in secrets for problem in variable_name_problems(name, field="secrets")]
    for name in [name for name in secrets if name in environment]:
        fix = "Leave it out of environment."
        found.append(Problem(f"secrets[{name!r}]", "a variable of environment too", "each name once", fix))
    return found


def placeholders(command: Sequence[str]) -> frozenset[str]:
    """Name the parameters that the `Ref::` placeholders of a command take."""
    return frozenset(name for argument in command for name in _PLACEHOLDER.findall(argument))


def parameter_problems(
    command: Sequence[str], defaults: Mapping[str, str], required: Sequence[str]
) -> Sequence[Problem]:
    """Find placeholders that no default and no promise of a value stands behind, and promises for nothing.

    Args:
        command: The command of a container, or those of several, one after another.
        defaults: Values by the names of the placeholders.
        required: Names that each submission gives a value for.
    """
    named = placeholders(command)
    found = []
    for name in sorted(named - {*defaults, *required}):
        allowed = "a default for each placeholder, or a value with each submission; the program gets the text otherwise"
        fix = f"Add parameters={{{name!r}: ...}}, or required_parameters=[{name!r}]."
        found.append(Problem("parameters", f"none for Ref::{name}", allowed, fix))
    for name in required:
        if name in defaults:
            fix = "Leave it out of one of them."
            found.append(Problem("required_parameters", name, "names without a default", fix))
        elif name not in named:
            fix = f"Write Ref::{name} in the command, or leave it out."
            found.append(Problem("required_parameters", name, "names of Ref:: placeholders of the command", fix))
    return found
