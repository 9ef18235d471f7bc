"""Regions and accounts of what works together: Batch reaches nothing in another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Stack

from batchwright.model import Problem
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

SCOPE: Final = "_batchwright_scope"
"""Where constructs of this package keep their scope: asking the CDK for it would be a message to its kernel."""


def place_problems(field: str, scope: Construct, other: object) -> Sequence[Problem]:
    """Find a construct of this package in another Region or account than the one that is made below `scope`.

    The CDK would hand its ARN over, and Batch would refuse it. What is known only at deployment is not judged.

    Args:
        field: What the caller calls the other one.
        scope: Where the new one is made.
        other: The other one; what is imported, or of other packages, is not judged.
    """
    theirs = getattr(other, SCOPE, None)
    ours, theirs = _stack(scope), None if theirs is None else _stack(theirs)
    if theirs is None or theirs is ours:
        return []
    found = []
    for name, own, given in (("Region", ours.region, theirs.region), ("account", ours.account, theirs.account)):
        if own != given and not is_token(own) and not is_token(given):
            fix = f"Make one in each {name}: Batch reaches nothing in another."
            found.append(Problem(field, f"one in {given}", f"one in this {name}, {own}", fix))
    return found


def _stack(scope: Construct) -> Stack:
    """Return the stack around a scope, without a message to the CDK's kernel where Python knows it."""
    while not isinstance(scope, Stack):
        around: Construct | None = getattr(scope, SCOPE, None)
        if around is None:
            return Stack.of(scope)
        scope = around
    return scope
