"""Reads the members of a JSON object and notes every problem of them."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from batchwright.model.numbers import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batchwright.model.problems import Problems


MOST_SECONDS: Final = 1e9
"""Thirty years: beyond it seconds lose their fractions, and the reader the overview."""
_LONGEST: Final = 100


class Fields:
    """One object of the file. What is wrong is noted, and read as None or as the default.

    Args:
        problems: Where problems go.
        where: Path of the object in the file, such as `jobs[0]`; empty for the whole.
        value: The object, or what stands in its place.
        known: Its members.
    """

    def __init__(self, problems: Problems, where: str, value: object, known: Iterable[str]) -> None:
        self._problems = problems
        self._where = where
        self._known = tuple(known)
        self._value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        if not isinstance(value, Mapping):
            members = ", ".join(f'"{name}": ...' for name in self._known[:2])
            self.problem("", value, "an object", f"Use {{{members}}}.")
        for name in self._value:
            if name not in self._known:
                near = difflib.get_close_matches(str(name), self._known, n=1)
                fix = f"Did you mean {near[0]}?" if near else "Take it out."
                self.problem(str(name), self._value[name], f"one of the members {', '.join(self._known)}", fix)

    def path(self, name: str) -> str:
        """Return the path of a member in the file."""
        return f"{self._where}.{name}" if self._where and name else self._where or name or "the file"

    def problem(self, name: str, value: object, allowed: str, fix: str) -> None:
        """Note a problem of a member."""
        shown = value if len(repr(value)) <= _LONGEST else f"{str(value)[:_LONGEST]}..."
        self._problems.check(False, field=self.path(name), value=shown, allowed=allowed, fix=fix)

    def has(self, name: str) -> bool:
        """Say whether the member is there; null counts as not."""
        return self._value.get(name) is not None

    def raw(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return a member as it stands, None where it is not there."""
        return self._value.get(name)

    def number(
        self,
        name: str,
        *,
        default: float | None = None,
        least: float = 0.0,
        most: float = math.inf,
        above: bool = False,
        unit: str = "",
    ) -> float | None:
        """Read a number.

        Args:
            name: The member.
            default: Where it is not there; None asks for it.
            least: Smallest allowed.
            most: Largest allowed.
            above: `least` itself is refused.
            unit: For the messages.
        """
        value = self._value.get(name)
        if value is None:
            if default is None:
                self.problem(name, None, _range(least, most, above, unit), f'Add "{name}".')
            return default
        return self._in_range(name, value, least, most, above, unit)

    def optional(self, name: str, *, least: float = 0.0, most: float = math.inf, unit: str = "") -> float | None:
        """Read a number above `least` that may be left out."""
        return self.number(name, least=least, most=most, above=True, unit=unit) if self.has(name) else None

    def whole(self, name: str, *, default: int | None = None, least: int = 1, most: float = math.inf) -> int | None:
        """Read a whole number; None where it is left out and has no default."""
        if not self.has(name):
            return default
        value = self._in_range(name, self._value[name], least, most, False, "", kind="a whole number")
        if value is None or value == int(value):
            return None if value is None else int(value)
        self.problem(name, value, _range(least, most, False, "", kind="a whole number"), "Round it.")
        return default

    def text(self, name: str) -> str | None:
        """Read a text that may be left out."""
        value = self._value.get(name)
        if value is None or (isinstance(value, str) and value):
            return value
        self.problem(name, value, "text", "Put it between quotation marks.")
        return None

    def numbers(self, name: str, *, what: str, most: float = MOST_SECONDS) -> tuple[float, ...]:
        """Read a list of numbers from 0 on, one or more."""
        value = self._value.get(name)
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            self.problem(name, value, f"a list of {what}", f'Use "{name}": [10, 20].')
            return ()
        found = (self._in_range(f"{name}[{n}]", one, 0.0, most, False, "") for n, one in enumerate(value))
        return tuple(one for one in found if one is not None)

    def objects(self, name: str, known: Iterable[str]) -> Iterator[Fields]:
        """Read a list of objects that may be left out; one object counts as a list of one."""
        value = self._value.get(name)
        if value is None:
            return
        entries = [value] if isinstance(value, Mapping) else value
        if not isinstance(entries, list):
            self.problem(name, value, "a list of objects", f'Use "{name}": [{{...}}].')
            return
        for number, entry in enumerate(entries):
            yield Fields(self._problems, f"{self.path(name)}[{number}]", entry, known)

    def member(self, name: str, known: Iterable[str]) -> Fields:
        """Read an object; one that is left out has no members."""
        value = self._value.get(name)
        return Fields(self._problems, self.path(name), {} if value is None else value, known)

    def mapping(self, name: str) -> Mapping[str, Any]:
        """Read an object whose members the user names; one that is left out is empty."""
        value = self._value.get(name)
        if value is None or isinstance(value, Mapping):
            return value or {}
        self.problem(name, value, "an object", f'Use "{name}": {{...}}.')
        return {}

    def seconds(self, name: str, *, default: float | None = None, above: bool = False, unit: str = "seconds") -> float:
        """Read seconds; 0 where they are wrong, or asked for and left out."""
        return self.number(name, default=default, most=MOST_SECONDS, above=above, unit=unit) or 0.0

    def _in_range(
        self, name: str, value: object, least: float, most: float, above: bool, unit: str, kind: str = "a number"
    ) -> float | None:
        found = _number(value)
        # Nothing is in the range of a number that is none: NaN compares as false.
        if (least < found or (found == least and not above)) and found <= most and math.isfinite(found):
            return found
        nearest = most if found > most else max(least, 1.0)
        fix = f"Use {tidy(nearest)}." if math.isfinite(nearest) else "Use a smaller number."
        self.problem(name, value, _range(least, most, above, unit, kind), fix)
        return None


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _range(least: float, most: float, above: bool, unit: str, kind: str = "a number") -> str:
    start = f"above {least:g}" if above else f"{least:g} or more"
    text = f"{kind} {start}" if math.isinf(most) else f"{kind} {start}, up to {tidy(most)}"
    return f"{text} {unit}".strip()
