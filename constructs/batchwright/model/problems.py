"""Problems of a configuration, collected first and raised together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

# What Python writes of an object that does not say how it reads: its class, and an address that nobody can use.
_ADDRESS: Final = re.compile(r" at 0x[0-9A-Fa-f]+(?=>)")
_OBJECT: Final = re.compile(r"<(?:[\w.<>]*\.)?(?P<kind>\w+) object>")
# The CDK's own stand-in for an interface: `_IVpcProxy` is an `IVpc`.
_PROXY: Final = re.compile(r"_(?P<interface>I\w+)Proxy")
_MEMBER: Final = re.compile(r"<(?P<member>[A-Za-z_]\w*\.[A-Za-z_]\w*): [^<>]*>")
# The CDK's stand-ins for what is known only at deployment: in a text or a list, and as a number.
_TOKEN: Final = re.compile(r"[$#]\{Token\[[^\]]*\]\}|-1\.8881545\d*e\+289")
_LONGEST: Final = 300


def shown(value: object) -> str:
    """Write a value for a message: as Python would, but objects by their class, members of enums by their name."""
    try:
        text = repr(value)
    except Exception:  # what an object says of itself is not ours, and never the problem to tell
        return f"<{type(value).__name__}>"
    text = _TOKEN.sub("<token>", text) if type(value) is str else _MEMBER.sub(r"\g<member>", _plain(text))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def quoted(value: object) -> str:
    """Write a value as the text that was meant, for a fix; any text for what has none of its own."""
    return repr(str(value)) if isinstance(value, str | int | float | PurePath) else "'text'"


def _plain(text: str) -> str:
    """Write objects by their class and tokens as what they are, wherever they stand in a text."""
    return _TOKEN.sub("<token>", _OBJECT.sub(lambda found: f"<{_kind(found['kind'])}>", _ADDRESS.sub("", text)))


def _kind(name: str) -> str:
    proxy = _PROXY.fullmatch(name)
    return proxy["interface"] if proxy else name


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
        return f"{_plain(self.field)} = {shown(self.value)}: allowed is {_plain(self.allowed)}. {_plain(self.fix)}"


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
