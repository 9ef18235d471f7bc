"""BW312: a container's environment leaves Batch's own variables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each
from batchwright.checks.templates import fields, text
from batchwright.model.environment_variables import variable_name_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for container in definition.containers:
            # `Env` is what pods call it.
            for key in ("Environment", "Env"):
                for path, variable in each(container.properties.get(key), f"{container.path}.{key}"):
                    problems = variable_name_problems(text(variable.get("Name")) or "")
                    yield from at(definition.resource, f"{path}.Name", problems)
    for submission in system.submissions:
        overrides = fields(submission.request.get("ContainerOverrides"))
        for path, variable in each(
            overrides.get("Environment"), f"{submission.request_path}.ContainerOverrides.Environment"
        ):
            problems = variable_name_problems(text(variable.get("Name")) or "")
            yield from at(submission.resource, f"{path}.Name", problems)


RULE: Final = Rule(
    id="BW312",
    severity=Severity.ERROR,
    title="No environment variable begins with AWS_BATCH",
    what="No environment variable of a container, nor of a submission that overrides them, has a name that begins with "
    "`AWS_BATCH`. Silent on open names.",
    why="Batch sets those itself, and refuses the job definition or each job that is submitted with it.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html",
    check=_check,
)
