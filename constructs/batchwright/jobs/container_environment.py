"""A container's environment variables and command parameters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_RESERVED: Final = "AWS_BATCH"
_PLACEHOLDER: Final = re.compile(r"Ref::([A-Za-z0-9_-]+)")


def environment_problems(environment: Mapping[str, str]) -> Sequence[Problem]:
    """Find variables that Batch refuses at submission.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html (environment)
    """
    return [
        Problem(
            "environment", name, f"names that do not start with {_RESERVED}", "Batch sets those itself; choose another."
        )
        for name in environment
        if name.startswith(_RESERVED)
    ]


def parameter_problems(command: Sequence[str], parameters: Mapping[str, str]) -> Sequence[Problem]:
    """Find `Ref::` placeholders without a default: unset, they would reach the program as they stand."""
    named = {name for argument in command for name in _PLACEHOLDER.findall(argument)}
    return [
        Problem(
            "command",
            f"Ref::{name}",
            "placeholders with a default in parameters",
            f"Add parameters={{{name!r}: ...}}.",
        )
        for name in sorted(named - parameters.keys())
    ]
