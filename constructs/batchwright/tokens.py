"""Values that are known only at deployment: never judged, never guessed at."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
import jsii

if TYPE_CHECKING:
    from constructs import Construct


# A token that stands for a number is a number far below any that has a meaning.
_NUMBER_TOKENS: Final = -1e288


def is_token(value: object) -> bool:
    """Whether CloudFormation fills the value in later, so that no check here can judge it."""
    # Most values are plain; asking the CDK's kernel about each of them would slow synthesis down.
    # (It would also end at once over an infinite number, which JSON does not have.)
    if isinstance(value, int) or (isinstance(value, float) and not -math.inf < value < _NUMBER_TOKENS):
        return False
    if isinstance(value, str) and "${Token[" not in value:
        return False
    return bool(cdk.Token.is_unresolved(value))


def within(value: float, low: float, high: float = math.inf) -> bool:
    """Whether a number is in its range; one that is known only at deployment is taken to be."""
    return is_token(value) or (math.isfinite(value) and low <= value <= high)


def known(value: float) -> float | None:
    """Return a number as it is; None when it is known only at deployment."""
    return None if is_token(value) else value


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
    if size.is_unresolved():
        return None
    return math.ceil(size.to_mebibytes(rounding=cdk.SizeRoundingBehavior.NONE))


def seconds(duration: cdk.Duration) -> float | None:
    """Seconds of a duration, whole or not; None when it is known only at deployment."""
    return None if duration.is_unresolved() else duration.to_seconds(integral=False)


def where(construct: Construct) -> object:
    """Name a construct for an error message: its class and its path, which is looked up only when it is written."""
    return _Place(construct)


class _Place:
    """The text of `where`."""

    def __init__(self, construct: Construct) -> None:
        self._construct = construct

    def __str__(self) -> str:
        return f"{type(self._construct).__name__} {self._construct.node.path!r}"
