"""Whether what a submission changes of a task is short enough for ECS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batchwright.model.job_shapes import TaskForm, TaskShape
from batchwright.model.submissions import overrides_length_problems
from batchwright.pipelines.override_render import meant
from batchwright.pipelines.paths import is_path
from batchwright.tokens import without_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batchwright.model import Problem
    from batchwright.pipelines.container_override import ContainerOverride
    from batchwright.pipelines.overrides import Overrides


def override_length_problems(at: str, overrides: Overrides) -> Iterable[Problem]:
    """Find commands and variables that are too long together; what the state or the deployment says counts as empty.

    Args:
        at: What the caller calls the overrides.
        overrides: What the submission changes, each change right by itself.
    """
    for task, changes in overrides.of_tasks():
        if task.form is not TaskForm.EKS:
            for problem in overrides_length_problems(_told(task, changes)):
                yield replace(problem, field=at)


def _told(task: TaskShape, changes: Sequence[ContainerOverride]) -> Iterator[dict[str, Any]]:
    for change in changes:
        variables = [{"name": name, "value": _known(value)} for name, value in change.environment.items()]
        yield {
            "name": meant(task, change),
            **({"command": [_known(word) for word in change.command]} if change.command else {}),
            **({"environment": variables} if variables else {}),
        }


def _known(text: str) -> str:
    return "" if is_path(text) else without_tokens(text)
