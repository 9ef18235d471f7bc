"""Conditions for `Choice`: frozen values, made by the functions of `When`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.model import Problem
from batchwright.pipelines.paths import is_path, path_problems

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Condition:
    """Something about the state that is true or not; made by the functions of `When`.

    Attributes:
        rule: The condition as a choice rule of Amazon States Language, without `Next`.
        problems: What is wrong with the arguments it was made from, for the pipeline to report.
    """

    rule: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()


class When:
    """Makes conditions. A comparison with a value that is missing or of another type is false, never an error."""

    @staticmethod
    def equals(path: str, value: str | float | bool) -> Condition:
        """Whether the value at `path` is this text, number, `True` or `False`."""
        if isinstance(value, bool):
            return _compare(path, "BooleanEquals", value)
        return _compare(path, "StringEquals" if isinstance(value, str) else "NumericEquals", value)

    @staticmethod
    def less_than(path: str, value: float) -> Condition:
        """Whether the number at `path` is below this one."""
        return _compare_number(path, "NumericLessThan", value)

    @staticmethod
    def at_most(path: str, value: float) -> Condition:
        """Whether the number at `path` is this one or below."""
        return _compare_number(path, "NumericLessThanEquals", value)

    @staticmethod
    def greater_than(path: str, value: float) -> Condition:
        """Whether the number at `path` is above this one."""
        return _compare_number(path, "NumericGreaterThan", value)

    @staticmethod
    def at_least(path: str, value: float) -> Condition:
        """Whether the number at `path` is this one or above."""
        return _compare_number(path, "NumericGreaterThanEquals", value)

    @staticmethod
    def matches(path: str, pattern: str) -> Condition:
        r"""Whether the text at `path` matches; `*` stands for any characters, `\\*` for an asterisk."""
        return _compare(path, "StringMatches", pattern)

    @staticmethod
    def is_present(path: str) -> Condition:
        """Whether there is a value at `path`, even `null`."""
        return Condition({"Variable": path, "IsPresent": True}, _path_problems(path))

    @staticmethod
    def is_null(path: str) -> Condition:
        """Whether the value at `path` is `null`."""
        return _compare(path, "IsNull", True)

    @staticmethod
    def and_(*conditions: Condition) -> Condition:
        """Whether all conditions are true."""
        return _combine("And", conditions)

    @staticmethod
    def or_(*conditions: Condition) -> Condition:
        """Whether at least one condition is true."""
        return _combine("Or", conditions)

    @staticmethod
    def not_(condition: Condition) -> Condition:
        """Whether the condition is false."""
        return Condition({"Not": condition.rule}, condition.problems)

    @staticmethod
    def asl(rule: Mapping[str, Any]) -> Condition:
        """Take any choice rule of Amazon States Language as it is, without `Next`."""
        if "Next" in rule:
            fix = "Take Next away; the step given with the condition comes next."
            return Condition(rule, (Problem("When.asl(rule)", rule["Next"], "a rule without Next", fix),))
        return Condition(rule)


def _compare(path: str, operator: str, value: object) -> Condition:
    # Step Functions fails on a missing value; looking first makes the comparison false instead.
    present = {"Variable": path, "IsPresent": True}
    problems = _path_problems(path)
    if is_path(value):
        fix = "Compare two values of the state with When.asl and an operator that ends in Path."
        problems = (*problems, Problem(f"When {operator} value", value, "a literal value", fix))
    return Condition({"And": [present, {"Variable": path, operator: value}]}, problems)


def _compare_number(path: str, operator: str, value: object) -> Condition:
    if not isinstance(value, int | float) or isinstance(value, bool):
        problem = Problem(f"When {operator} value", value, "a number", "Give a number.")
        return Condition({"Variable": path, operator: value}, (*_path_problems(path), problem))
    return _compare(path, operator, value)


def _combine(operator: str, conditions: tuple[Condition, ...]) -> Condition:
    problems = tuple(problem for condition in conditions for problem in condition.problems)
    if not conditions:
        name = f"When.{operator.lower()}_()"
        problems = (Problem(name, "no condition", "1 condition or more", "Give the conditions to combine."),)
    return Condition({operator: [condition.rule for condition in conditions]}, problems)


def _path_problems(path: str) -> tuple[Problem, ...]:
    return tuple(path_problems("When path", path, single=True))
