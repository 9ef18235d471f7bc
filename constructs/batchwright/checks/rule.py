"""What a rule is: a pure function over the linked system, with its reason beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from batchwright.checks.finding import Severity
    from batchwright.checks.system import System
    from batchwright.checks.templates import Resource
    from batchwright.model import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """Where a rule is broken, and how.

    Attributes:
        resource: The resource at fault.
        path: The property at fault, such as `ComputeResources.MaxvCpus`; empty for the resource as a whole.
        problem: The value, what is allowed and the fix. Its `field` is what a constructor calls the argument.
    """

    resource: Resource
    path: str
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. Each stands in a file of its own in `checks/rules`, as its constant `RULE`.

    Attributes:
        id: `BW` and three digits; the first names the noun: 1 environments, 2 queues, 3 job definitions, 4 submissions
            (state machines, events), 5 hosts and networks, 6 permissions, 7 whole applications.
        severity: How bad breaking it is.
        title: What must hold, in one short sentence.
        what: What exactly is checked, and on what it stays silent because a template cannot tell.
        why: What AWS does otherwise, and when.
        source: Address of the AWS page or of the report that it comes from.
        check: Finds where a system breaks it.
    """

    id: str
    severity: Severity
    title: str
    what: str
    why: str
    source: str
    check: Callable[[System], Iterable[Violation]]
