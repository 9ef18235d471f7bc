"""BW505: launch templates have only what Batch reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.templates import fields, items
from batchwright.model.launch_templates import ignored_setting_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import LaunchTemplate, System


def _check(system: System) -> Iterator[Violation]:
    for environment in system.environments:
        for template in environment.launch_templates:
            for path, name in _settings(template):
                for problem in ignored_setting_problems(name):
                    yield Violation(resource=template.resource, path=f"LaunchTemplateData.{path}", problem=problem)


def _settings(template: LaunchTemplate) -> Iterator[tuple[str, str]]:
    for name in template.data:
        yield name, name
    for index, interface in enumerate(items(template.data.get("NetworkInterfaces"))):
        for name in fields(interface):
            yield f"NetworkInterfaces[{index}].{name}", f"NetworkInterfaces.{name}"


RULE: Final = Rule(
    id="BW505",
    severity=Severity.INFO,
    title="Launch templates have only what Batch reads",
    what="Instance type, instance profile and subnets in the launch template of an environment.",
    why="Batch takes these from the environment and ignores them in the launch template.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/launch-templates.html",
    check=_check,
)
