"""Values that are known only at deployment: never judged, never guessed at."""

from __future__ import annotations

import math
import re
import struct
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
import jsii

from batchwright.model import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct


# A token that stands for a number is one far below any that has a meaning, with these first bytes.
_NUMBER_TOKEN: Final = b"\xfb\xff"
_TEXT_TOKEN: Final = re.compile(r"\$\{Token\[[A-Za-z0-9:._-]+\]\}")
_LIST_TOKEN: Final = re.compile(r"#\{Token\[[A-Za-z0-9:._-]+\]\}")


def is_token(value: object) -> bool:
    """Whether CloudFormation fills the value in later, so that no check here can judge it."""
    # As `cdk.Token.is_unresolved` does it, without a message to the CDK's kernel for each value. (The kernel would also
    # end over what is no JSON, such as an infinite number, or fail over an object of a class that it does not know.)
    if isinstance(value, str):
        return _TEXT_TOKEN.search(value) is not None
    if isinstance(value, list):
        return len(value) == 1 and isinstance(value[0], str) and _LIST_TOKEN.fullmatch(value[0]) is not None
    if isinstance(value, float):
        return struct.pack(">d", value).startswith(_NUMBER_TOKEN)
    # Paths have a method of that name too.
    return not isinstance(value, type | PurePath) and callable(getattr(value, "resolve", None))


def without_tokens(text: str) -> str:
    """Return what is known of a text: all but what CloudFormation fills in later."""
    return _TEXT_TOKEN.sub("", text)


def within(value: float, low: float, high: float = math.inf) -> bool:
    """Whether a number is in its range; one that is known only at deployment is taken to be."""
    return is_token(value) or (math.isfinite(value) and low <= value <= high)


def known(value: float) -> float | None:
    """Return a number as it is; None when it is known only at deployment, and what is no number as it is too."""
    given: object = value
    return None if isinstance(given, float) and is_token(given) else value


def as_text(amount: float) -> str:
    """Write an amount where a template takes only text: `4`, not `4.0`."""
    if is_token(amount):
        return cdk.Token.as_string(cdk.Lazy.uncached_any(_Text(amount)))
    return str(int(amount)) if amount == int(amount) else str(amount)


@jsii.implements(cdk.IAnyProducer)
class _Text:
    """The text of an amount that is known only later: while the template is written, or at deployment."""

    def __init__(self, amount: float) -> None:
        self._amount = amount

    def produce(self, context: cdk.IResolveContext) -> object:
        resolved: object = context.resolve(self._amount)
        return as_text(resolved) if isinstance(resolved, int | float) else resolved


def mebibytes(size: cdk.Size) -> int | None:
    """MiB of a size, rounded up; None when it is known only at deployment."""
    # Asking whether it is known first would be one more message to the CDK's kernel.
    try:
        amount = size.to_mebibytes(rounding=cdk.SizeRoundingBehavior.NONE)
    except RuntimeError:  # what the CDK raises over a token in another unit, which nothing can convert
        return None
    return None if is_token(amount) else math.ceil(amount)


def seconds(duration: cdk.Duration) -> float | None:
    """Seconds of a duration, whole or not; None when it is known only at deployment."""
    try:
        amount = duration.to_seconds(integral=False)
    except RuntimeError:  # what the CDK raises over a token in another unit, which nothing can convert
        return None
    return None if is_token(amount) else amount


def open_unit_problems(field: str, duration: cdk.Duration) -> Sequence[Problem]:
    """Find a CloudFormation parameter in another unit than the template's, which nothing can convert."""
    unit = duration.unit_label() if duration.is_unresolved() else "seconds"
    if unit == "seconds":
        return []
    fix = "Use Duration.seconds(parameter.value_as_number)."
    return [Problem(field, f"a parameter in {unit}", "parameters in seconds", fix)]


def where(construct: Construct) -> object:
    """Name a construct for an error message: its class and its path, which is looked up only when it is written."""
    return _Place(construct)


class _Place:
    """The text of `where`."""

    def __init__(self, construct: Construct) -> None:
        self._construct = construct

    def __str__(self) -> str:
        return f"{type(self._construct).__name__} {self._construct.node.path!r}"
