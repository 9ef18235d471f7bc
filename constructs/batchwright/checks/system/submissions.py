"""Every place that submits jobs, linked to its job definition and queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.checks.system.parts import Submission
from batchwright.checks.system.state_machines import STATE_MACHINES, submitting_states
from batchwright.checks.system.targets import pipe_targets, rule_targets, schedule_targets
from batchwright.checks.templates import fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchwright.checks.system.index import Index
    from batchwright.checks.system.parts import Definition, Queue
    from batchwright.checks.system.state_machines import SubmittingState
    from batchwright.checks.system.targets import Target
    from batchwright.checks.templates import Resource, Value


class Submissions:
    """Finds submissions.

    Args:
        index: All resources.
        definitions: Job definitions, by resource.
        queues: Job queues, by resource.
    """

    def __init__(
        self, index: Index, definitions: Mapping[Resource, Definition], queues: Mapping[Resource, Queue]
    ) -> None:
        self._index = index
        self._definitions = definitions
        self._queues = queues

    def all(self) -> tuple[Submission, ...]:
        """Find every submission, and note each at its job definition."""
        found = [*self._of_state_machines(), *self._of_targets()]
        for each in found:
            if each.definition is not None:
                each.definition.submissions.append(each)
        for each in self._of_metadata():
            definition = each.definition
            # A job's own metadata tells where it is meant to run; a state that submits it there tells that and more.
            if definition is not None and each.queue not in definition.queues:
                definition.submissions.append(each)
                found.append(each)
        return tuple(found)

    def _of_state_machines(self) -> Iterator[Submission]:
        for kind in STATE_MACHINES:
            for resource in self._index.by_type.get(kind, ()):
                for each in submitting_states(resource):
                    yield self._submission(resource, "state", each, each.state)

    def _of_targets(self) -> Iterator[Submission]:
        kinds = (
            ("AWS::Events::Rule", "rule", rule_targets),
            ("AWS::Scheduler::Schedule", "schedule", schedule_targets),
            ("AWS::Pipes::Pipe", "pipe", pipe_targets),
        )
        for resource_type, kind, targets in kinds:
            for resource in self._index.by_type.get(resource_type, ()):
                for target in targets(resource):
                    yield self._submission(resource, kind, target, {})

    def _of_metadata(self) -> Iterator[Submission]:
        for resource, definition in self._definitions.items():
            marks = fields(resource.metadata.get("batchwright"))
            queue = self._queue(marks.get("queue"), resource)
            if queue is not None:
                yield Submission(
                    resource=resource,
                    kind="metadata",
                    path="Metadata.batchwright",
                    request_path="Metadata.batchwright",
                    definition=definition,
                    queue=queue,
                    request={},
                )

    def _submission(
        self, resource: Resource, kind: str, found: SubmittingState | Target, state: dict[str, Value]
    ) -> Submission:
        named = self._index.find(found.request.get("JobDefinition"), "AWS::Batch::JobDefinition", resource)
        return Submission(
            resource=resource,
            kind=kind,
            path=found.path,
            request_path=found.request_path,
            definition=None if named is None else self._definitions[named],
            queue=self._queue(found.request.get("JobQueue"), resource),
            request=found.request,
            state=state,
        )

    def _queue(self, value: Value, near: Resource) -> Queue | None:
        found = self._index.find(value, "AWS::Batch::JobQueue", near)
        return None if found is None else self._queues[found]
