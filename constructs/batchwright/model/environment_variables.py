"""Environment variables of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RESERVED_PREFIX: Final = "AWS_BATCH"


def variable_name_problems(name: str, *, field: str = "environment") -> Sequence[Problem]:
    """Find a variable that Batch sets itself, and refuses from anybody else.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html (environment)
    """
    if not name.startswith(RESERVED_PREFIX):
        return []
    allowed = f"names that do not start with {RESERVED_PREFIX}"
    return [Problem(field, name, allowed, "Batch sets those itself; choose another.")]


def empty_variable_problems(environment: Mapping[str, object], *, field: str = "environment") -> Sequence[Problem]:
    """Find variables with an empty value, which AWS drops when it registers a definition of ECS tasks.

    Source: https://github.com/hashicorp/terraform-provider-aws/issues/19466

    Args:
        environment: Values by name; those that are open are no empty text.
        field: What the caller calls them.
    """
    fix = "Leave it out, or give it a value that the program reads as none."
    allowed = "text: AWS drops a variable without any, and the program does not find it set"
    return [Problem(f"{field}[{name!r}]", value, allowed, fix) for name, value in environment.items() if value == ""]
