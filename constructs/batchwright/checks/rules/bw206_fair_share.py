"""BW206: a fair-share policy has numbers in their ranges, and shares that do not overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import ABSENT, fields, items, number
from batchwright.checks.views.settings import count, is_set
from batchwright.model.fair_share import (
    decay_problems,
    overlap_problems,
    policy_kind_problems,
    reservation_problems,
    share_count_problems,
    share_pattern_problems,
    weight_problems,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System
    from batchwright.checks.templates import Resource, Value
    from batchwright.model import Problem


_POLICY: Final = "FairsharePolicy"
_SHARES: Final = f"{_POLICY}.ShareDistribution"


def _check(system: System) -> Iterator[Violation]:
    for resource in system.of_type("AWS::Batch::SchedulingPolicy"):
        for path, problem in (*_policy_problems(resource), *_share_problems(items(resource.get(_SHARES)))):
            yield Violation(resource=resource, path=path, problem=problem)


def _policy_problems(resource: Resource) -> Iterator[tuple[str, Problem]]:
    for name, judge in (("ShareDecaySeconds", decay_problems), ("ComputeReservation", reservation_problems)):
        value = number(resource.get(f"{_POLICY}.{name}"))
        for problem in () if value is None else judge(value):
            yield f"{_POLICY}.{name}", problem
    for problem in share_count_problems(count(resource.get(_SHARES)) or 0):
        yield _SHARES, problem
    both = [bool(is_set(resource.get(name))) for name in (_POLICY, "QuotaSharePolicy")]
    for problem in policy_kind_problems(fair_share=both[0], quota_share=both[1]):
        yield _POLICY, problem


def _share_problems(shares: list[Value]) -> Iterator[tuple[str, Problem]]:
    paths: dict[str, str] = {}
    names = []
    for position, entry in enumerate(shares):
        path = f"{_SHARES}[{position}]"
        weight = number(fields(entry).get("WeightFactor"))
        for problem in () if weight is None else weight_problems(weight):
            yield f"{path}.WeightFactor", problem
        name = fields(entry).get("ShareIdentifier", ABSENT)
        if isinstance(name, str):
            for problem in share_pattern_problems(name):
                yield f"{path}.ShareIdentifier", problem
            # Of two with the same name the second is at fault.
            paths[name] = f"{path}.ShareIdentifier"
            names.append(name)
    for problem in overlap_problems(names):
        yield paths[str(problem.value)], problem


RULE: Final = Rule(
    id="BW206",
    severity=Severity.ERROR,
    title="A fair-share policy has numbers in their ranges, and shares that do not overlap",
    what=(
        "Share decay is 0 to 604800 s, reservation 0 to 99, weights 0.0001 to 999.9999; shares are at most 500, of "
        "letters and digits with a * after them or not, and none means another as well. The policy is not one for "
        "quota shares too. Silent on what is open."
    ),
    why="AWS refuses the policy when the stack is deployed.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_FairsharePolicy.html",
    check=_check,
)
