"""BW304: ephemeral storage is 21 to 200 GiB, and only Fargate has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, tasks
from batchwright.checks.templates import fields, number
from batchwright.model.storage import ephemeral_storage_on_ec2_problems, ephemeral_storage_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for task in tasks(definition.resource):
            size = number(fields(task.properties.get("EphemeralStorage")).get("SizeInGiB"))
            if size is None:
                continue
            path = f"{task.path}.EphemeralStorage"
            if definition.fargate:
                yield from at(definition.resource, f"{path}.SizeInGiB", ephemeral_storage_problems(size))
            elif definition.platforms == frozenset({"EC2"}):
                yield from at(definition.resource, path, ephemeral_storage_on_ec2_problems())


RULE: Final = Rule(
    id="BW304",
    severity=Severity.ERROR,
    title="Ephemeral storage is 21 to 200 GiB, on Fargate only",
    what="`EphemeralStorage.SizeInGiB` is a whole number from 21 to 200, and the job definition is for Fargate. "
    "Silent when it is open.",
    why="AWS refuses other sizes when the stack is deployed. A job on EC2 has its host's disk, whatever is set here.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_EphemeralStorage.html",
    check=_check,
)
