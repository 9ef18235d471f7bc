"""What the first digit of a rule's id says."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from batchwright.checks import Rule

NOUNS: Final = {
    "1": "Compute environments",
    "2": "Job queues, scheduling policies and consumable resources",
    "3": "Job definitions",
    "4": "Submissions, and whether a job fits its queue",
    "5": "Hosts and networks",
    "6": "Permissions",
    "7": "The whole application",
}
"""The digit after `BW`, and what its rules are about."""


def by_noun(rules: Iterable[Rule]) -> Iterator[tuple[str, list[Rule]]]:
    """Group rules under the noun that they are about, sorted by id."""
    for digit, group in groupby(sorted(rules, key=lambda rule: rule.id), key=lambda rule: rule.id[2]):
        yield NOUNS[digit], list(group)
