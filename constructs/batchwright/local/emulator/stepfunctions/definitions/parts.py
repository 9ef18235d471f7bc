"""Parts of a definition that states of every kind have, and what is said about a bad one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA: Final = "SCHEMA_VALIDATION_FAILED"
TARGET: Final = "MISSING_TRANSITION_TARGET"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One reason why a definition is refused.

    Attributes:
        code: Name of the reason.
        message: What is wrong.
        location: Where, as a JSON pointer.
    """

    code: str
    message: str
    location: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message} at {self.location}"


def flow(state: dict[str, Any], states: dict[str, Any], here: str) -> Iterator[Diagnostic]:
    """Yield what is wrong with the ways out of a state."""
    kind = state["Type"]
    if kind not in ("Choice", "Succeed", "Fail") and ("Next" in state) == (state.get("End") is True):
        yield Diagnostic(SCHEMA, "Exactly one of Next and End is required", here)
    targets = [("Next", state.get("Next")), ("Default", state.get("Default"))]
    for field in ("Choices", "Catch"):
        targets += [
            (f"{field}/{index}/Next", one.get("Next", ""))
            for index, one in enumerate(state.get(field) or [])
            if isinstance(one, dict)
        ]
    for field, target in targets:
        if target is not None and target not in states:
            yield Diagnostic(TARGET, f"Missing '{field.rpartition('/')[2]}' target: {target}", f"{here}/{field}")


def retries(state: dict[str, Any], here: str) -> Iterator[Diagnostic]:
    """Yield what is wrong with Retry and Catch."""
    for field in ("Retry", "Catch"):
        entries = state.get(field) or []
        for index, one in enumerate(entries):
            place = f"{here}/{field}/{index}"
            names = one.get("ErrorEquals") if isinstance(one, dict) else None
            if not isinstance(names, list) or not names:
                yield Diagnostic(SCHEMA, "ErrorEquals has to be a list with a name", place)
                continue
            if "States.ALL" in names and (len(names) > 1 or index + 1 < len(entries)):
                yield Diagnostic(SCHEMA, "States.ALL has to stand alone and in the last place", place)
            yield from _retrier(one, place)


_RETRIER: Final[Mapping[str, tuple[float, float]]] = {
    "IntervalSeconds": (1, 99_999_999),
    "MaxAttempts": (0, 99_999_999),
    "BackoffRate": (1.0, float("inf")),
    "MaxDelaySeconds": (1, 31_622_399),
}


def _retrier(one: dict[str, Any], place: str) -> Iterator[Diagnostic]:
    for name, (least, most) in _RETRIER.items():
        value = one.get(name, least)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            yield Diagnostic(SCHEMA, f"{name} has to be {least} to {most} but was {value!r}", f"{place}/{name}")
    if one.get("JitterStrategy", "NONE") not in ("NONE", "FULL"):
        yield Diagnostic(SCHEMA, "JitterStrategy has to be NONE or FULL", f"{place}/JitterStrategy")
    delay, interval = one.get("MaxDelaySeconds"), one.get("IntervalSeconds", 1)
    if isinstance(delay, (int, float)) and isinstance(interval, (int, float)) and delay <= interval:
        yield Diagnostic(SCHEMA, "MaxDelaySeconds has to be larger than IntervalSeconds", f"{place}/MaxDelaySeconds")


def unsupported(shape: Any, value: Any, where: str) -> Iterator[Diagnostic]:  # noqa: ANN401 - a shape, and JSON
    """Yield the fields of an integration that its API does not have."""
    if shape.type_name == "list" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from unsupported(shape.member, item, f"{where}/{index}")
    if shape.type_name != "structure" or not isinstance(value, dict):
        return
    members = {name.lower(): member for name, member in shape.members.items()}
    for name, item in value.items():
        member = members.get(name.removesuffix(".$").lower())
        if member is None:
            yield Diagnostic(SCHEMA, f'The field "{name}" is not supported by Step Functions', where)
        else:
            yield from unsupported(member, item, f"{where}/{name}")
