"""Renders what a submission changes of a job's containers, for jobs of every shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.jobs.containers.environment import placeholders
from batchwright.model import Problem
from batchwright.model.job_shapes import NodesShape, TaskForm, TaskShape
from batchwright.model.multi_node import fewest_nodes_problems
from batchwright.model.submissions import empty_word_problems
from batchwright.pipelines.container_override import ContainerOverride
from batchwright.pipelines.override_render import meant, render_task
from batchwright.pipelines.paths import is_path, path_problems
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from batchwright.model.job_shapes import JobShape


@dataclass(frozen=True, slots=True)
class Change:
    """An override, with what the caller calls it.

    Attributes:
        override: What is changed.
        at: What the caller calls it, for errors.
        words_at: What the caller calls the owner of its command and its environment.
        alone: Whether it is given by itself, and so must change something.
    """

    override: ContainerOverride
    at: str
    words_at: str
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a submission changes of the containers of a job.

    Attributes:
        shape: The job's shape.
        changes: What is changed of which container.
        nodes: How many nodes to run on instead of the definition's, or a JSONPath to it; None to keep them.
        nodes_at: What the caller calls that.
    """

    shape: JobShape
    changes: Sequence[Change]
    nodes: int | str | None
    nodes_at: str

    def render(self) -> dict[str, Any]:
        """Render as an argument of `SubmitJob`; nothing when nothing is changed.

        Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
        """
        if isinstance(self.shape, TaskShape):
            return render_task(*next(self.of_tasks()))
        parts: dict[str, Any] = {}
        if self.nodes is not None:
            parts["NumNodes.$" if is_path(self.nodes) else "NumNodes"] = self.nodes
        ranges = []
        for group, (task, changes) in zip(self.shape.groups, self.of_tasks(), strict=True):
            rendered = render_task(task, changes)
            if rendered:
                ranges.append({"TargetNodes": group.target_nodes, **rendered})
        if ranges:
            parts["NodePropertyOverrides"] = ranges
        return {"NodeOverrides": parts} if parts else {}

    def problems(self) -> Iterable[Problem]:
        """Find changes of containers, groups or nodes that the job does not have, and such as change nothing."""
        for change in self.changes:
            yield from _idle_problems(change)
        if isinstance(self.shape, TaskShape):
            yield from self._task_problems(self.shape)
        else:
            yield from self._nodes_problems(self.shape)

    def placeholders(self) -> frozenset[str]:
        """Name the parameters that the commands take once they are changed."""
        return placeholders([word for task, changes in self.of_tasks() for word in _words(task, changes)])

    def of_tasks(self) -> Iterator[tuple[TaskShape, Sequence[ContainerOverride]]]:
        """Go through what is changed of the job's task, or of that of each group of nodes."""
        if isinstance(self.shape, TaskShape):
            yield self.shape, [each.override for each in self._effective]
        else:
            for number, group in enumerate(self.shape.groups):
                yield group.task, [each.override for each in self._of_group(number, group.task)]

    @property
    def _effective(self) -> list[Change]:
        return [each for each in self.changes if each.override.changes]

    def _of_group(self, number: int, task: TaskShape) -> list[Change]:
        """The changes that are for a group: it is named, or no group is and it has the container."""
        return [
            each
            for each in self._effective
            if each.override.node_group in (None, number)
            and (each.override.container is None or each.override.container in _names(task))
        ]

    def _task_problems(self, shape: TaskShape) -> Iterable[Problem]:
        if self.nodes is not None:
            yield Problem(self.nodes_at, self.nodes, "nothing for a job on one host", "Leave it out.")
        for change in self._effective:
            if change.override.node_group is not None:
                allowed = "nothing for a job on one host"
                yield Problem(f"{change.at}.node_group", change.override.node_group, allowed, "Leave it out.")
            yield from _container_problems(shape, change)
        yield from _repeated_problems(shape, self._effective)

    def _nodes_problems(self, shape: NodesShape) -> Iterable[Problem]:
        yield from self._count_problems(shape.fewest_nodes)
        groups = shape.groups
        for change in self._effective:
            number, name = change.override.node_group, change.override.container
            if number is not None and number not in range(len(groups)):
                allowed = f"0 to {len(groups) - 1}, a group of the job"
                yield Problem(f"{change.at}.node_group", number, allowed, "Count the groups from 0.")
                continue
            meant = groups if number is None else (groups[number],)
            having = [group for group in meant if name is None or name in _names(group.task)]
            if not having:
                yield _unknown(change, sorted({each for group in meant for each in _names(group.task)}))
            for group in having:
                yield from _container_problems(group.task, change)
        for number, group in enumerate(groups):
            yield from _repeated_problems(group.task, self._of_group(number, group.task))

    def _count_problems(self, fewest: int) -> Iterable[Problem]:
        nodes = self.nodes
        if isinstance(nodes, str) and is_path(nodes):
            yield from path_problems(self.nodes_at, nodes, single=True)
        elif nodes is not None and not is_token(nodes):
            if isinstance(nodes, bool) or not isinstance(nodes, int):
                yield Problem(self.nodes_at, nodes, "a whole number, or a JSONPath such as $.nodes", "Use 4.")
            else:
                yield from fewest_nodes_problems(nodes, fewest, field=self.nodes_at)


def _names(task: TaskShape) -> list[str]:
    return [each.name for each in task.all_containers]


def _idle_problems(change: Change) -> Iterable[Problem]:
    """Find what says where something is changed, but not what."""
    override = change.override
    if override.changes:
        return
    fix = "Leave it out, or give it a command, for example."
    if override.container is not None:
        yield Problem(f"{change.at}.container", override.container, "a container of which something is changed", fix)
    if override.node_group is not None:
        yield Problem(f"{change.at}.node_group", override.node_group, "a group of which something is changed", fix)
    if change.alone and override.container is None and override.node_group is None:
        yield Problem(change.at, "no change", "an override that changes something", fix)


def _container_problems(task: TaskShape, change: Change) -> Iterable[Problem]:
    override, names = change.override, _names(task)
    if override.container is None and len(task.containers) > 1:
        fix = f"Name one of them: {', '.join(names)}."
        yield Problem(f"{change.at}.container", None, "the container to change, as the job has several", fix)
    elif override.container is not None and override.container not in names:
        yield _unknown(change, names)
    if override.args and task.form is not TaskForm.EKS:
        fix = "Use command, which on ECS holds the arguments for the entry point."
        yield Problem(f"{change.at}.args", list(override.args), "nothing but on EKS", fix)
    if task.form is not TaskForm.EKS:
        yield from empty_word_problems(override.command, field=f"{change.words_at}.command")


def _unknown(change: Change, names: Sequence[str]) -> Problem:
    fix = f"Use {names[0]!r}." if len(names) == 1 else "Name one of them."
    return Problem(f"{change.at}.container", change.override.container, f"one of {', '.join(names)}", fix)


def _repeated_problems(task: TaskShape, changes: Sequence[Change]) -> Iterable[Problem]:
    seen: set[str] = set()
    for change in changes:
        name = meant(task, change.override)
        if name in seen:
            yield Problem(f"{change.at}.container", name, "each container once", "Put both changes into one.")
        seen.add(name)


def _words(task: TaskShape, overrides: Sequence[ContainerOverride]) -> list[str]:
    """The commands of all containers, those in place of the definition's where there are any."""
    by_name = {meant(task, each): each for each in overrides}
    words: list[str] = []
    for part in task.all_containers:
        change = by_name.get(part.name, ContainerOverride())
        words += [*(change.command or part.command), *(change.args or part.args)]
    return words
