"""Problems of a configuration, collected first and raised together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that AWS would refuse, or accept and never run.

    Attributes:
        field: The argument at fault, as the caller wrote it (`memory`, `retries.attempts`).
        value: What was given, in the caller's units.
        allowed: The range or the choices that AWS takes.
        fix: What to write instead.
    """

    field: str
    value: object
    allowed: str
    fix: str

    def __str__(self) -> str:
        """Read as one line: field, value, what is allowed, the fix."""
        return f"{self.field} = {self.value!r}: allowed is {self.allowed}. {self.fix}"


class ConfigurationError(ValueError):
    """A construct was configured in a way that cannot work; carries every problem found, not only the first.

    Attributes:
        where: The construct, with its path in the tree.
        problems: All problems of the call.
    """

    def __init__(self, where: str, problems: Sequence[Problem]) -> None:
        self.where = where
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n".join([f"{where}: {count}", *(f"  - {problem}" for problem in self.problems)]))


class Problems:
    """Collects the problems of one call.

    Example:
        ```python
        problems = Problems("JobQueue 'Stack/Queue'")
        problems.check(0 <= priority <= 1000, field="priority", value=priority, allowed="0 to 1000", fix="...")
        problems.raise_if_any()
        ```
    """

    def __init__(self, where: object) -> None:
        self._where = where
        self._found: list[Problem] = []

    def check(self, ok: bool, *, field: str, value: object, allowed: str, fix: str) -> bool:
        """Note a problem unless `ok`; returns `ok`, so that a dependent check can be skipped."""
        if not ok:
            self._found.append(Problem(field=field, value=value, allowed=allowed, fix=fix))
        return ok

    def extend(self, problems: Sequence[Problem]) -> None:
        """Take over problems that a pure rule has found."""
        self._found.extend(problems)

    def raise_if_any(self) -> None:
        """Raise one `ConfigurationError` with everything noted so far; do nothing when that is nothing."""
        if self._found:
            raise ConfigurationError(str(self._where), self._found)
