"""BW502: launch template overrides are for types of the environment, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.rules.places import known_count
from batchwright.checks.templates import fields, items, text
from batchwright.model.launch_templates import overlap_problems, override_count_problems, override_target_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Environment, System

_PATH: Final = "ComputeResources.LaunchTemplate.Overrides"


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        for problem in override_count_problems(known_count(environment.resource.get(_PATH))):
            yield Violation(resource=environment.resource, path=_PATH, problem=problem)
        yield from _targets(environment)


def _targets(environment: Environment) -> Iterator[Violation]:
    seen: list[str] = []
    for number, override in enumerate(items(environment.resource.get(_PATH))):
        for index, each in enumerate(items(fields(override).get("TargetInstanceTypes"))):
            target = text(each)
            if target is None:
                continue
            path = f"{_PATH}[{number}].TargetInstanceTypes[{index}]"
            problems = [
                *override_target_problems(target, environment.instance_types),
                *overlap_problems(target, seen),
            ]
            seen.append(target)
            for problem in problems:
                yield Violation(resource=environment.resource, path=path, problem=problem)


RULE: Final = Rule(
    id="BW502",
    severity=Severity.ERROR,
    title="Launch template overrides are for types of the environment, each once",
    what=(
        "Overrides of an environment's launch template: ten at most, for types or families among its instance types, "
        "not for `optimal` and its like, and no type in two. Silent on open types, and on the subset where the "
        "environment names a class."
    ),
    why="AWS refuses the environment.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_LaunchTemplateSpecificationOverride.html",
    check=_check,
)
