"""Users of a container."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

_USER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?")


def user_problems(user: object, *, field: str = "user") -> Sequence[Problem]:
    """Find what is neither a user nor a user and a group; None is left out.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_TaskContainerProperties.html (user)
    """
    if user is None or (isinstance(user, str) and ("${Token[" in user or _USER.fullmatch(user))):
        return []
    return [Problem(field, user, "a name or a number as text, with a group after a colon or without", "Use '1000'.")]
