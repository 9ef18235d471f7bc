"""A container's environment variables and the placeholders of its command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.environment_variables import variable_name_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.model import Problem

_PLACEHOLDER: Final = re.compile(r"Ref::([A-Za-z0-9_-]+)")


def environment_problems(environment: Mapping[str, str]) -> Sequence[Problem]:
    """Find variables that Batch refuses at submission.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html (environment)
    """
    return [problem for name in environment for problem in variable_name_problems(name)]


def placeholders(command: Sequence[str]) -> frozenset[str]:
    """Name the parameters that the `Ref::` placeholders of a command take."""
    return frozenset(name for argument in command for name in _PLACEHOLDER.findall(argument))
