"""Turns a SubmitJob request into jobs."""

from __future__ import annotations

import json
import uuid
from collections import deque
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.containers import build_container
from batchwright.local.engine.definition_rules import check_priority, check_timeout
from batchwright.local.engine.dependencies import Dependencies
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.jobs import Job, JobSpec
from batchwright.local.engine.names import Names, check_job_name
from batchwright.local.engine.retries import RetryStrategy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine.clock import Clock
    from batchwright.local.engine.definitions import JobDefinition, JobDefinitions
    from batchwright.local.engine.job_table import JobTable
    from batchwright.local.engine.limits import EngineLimits
    from batchwright.local.engine.queues import JobQueue
    from batchwright.local.engine.records import RecordStore

_OVERRIDES_LATER: Final = {
    "nodeOverrides": "multi-node parallel jobs",
    "ecsPropertiesOverride": "multi-container jobs",
    "eksPropertiesOverride": "jobs on Amazon EKS",
    "consumableResourcePropertiesOverride": "jobs that need consumable resources",
}
_MIN_ARRAY: Final = 2
_MINUTE: Final = 60.0


class Submission:
    """The operation SubmitJob.

    Args:
        names: Forms the ARNs.
        limits: What is refused.
        clock: Dates the jobs.
        queues: Where the queue is looked up.
        definitions: Where the definition is looked up.
        jobs: All jobs; new ones are added.
        admit: Called with the new job, its children attached to it.
    """

    def __init__(
        self,
        *,
        names: Names,
        limits: EngineLimits,
        clock: Clock,
        queues: RecordStore[JobQueue],
        definitions: JobDefinitions,
        jobs: JobTable,
        admit: Callable[[Job], None],
    ) -> None:
        self._names = names
        self._limits = limits
        self._clock = clock
        self._queues = queues
        self._definitions = definitions
        self._jobs = jobs
        self._admit = admit
        self._order = count()
        self._recent: deque[tuple[float, int]] = deque()
        self._recent_jobs = 0

    def submit(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """SubmitJob. Everything is checked before anything is made."""
        size = len(json.dumps(request))
        if size > self._limits.max_payload_bytes:
            raise BatchError(f"SubmitJob request is {size} bytes; the most is {self._limits.max_payload_bytes} bytes.")
        spec = self._spec(request)
        dependencies = Dependencies.parse(
            request.get("dependsOn", []),
            jobs=self._jobs,
            array_size=spec.array_size,
            most=self._limits.max_dependencies,
        )
        self._brake(spec.array_size or 1)
        job = self._make(spec, dict(request.get("tags", {})))
        dependencies.attach(job)
        self._admit(job)
        return {"jobArn": job.arn, "jobName": spec.name, "jobId": job.id}

    def _spec(self, request: Mapping[str, Any]) -> JobSpec:
        for member, what in _OVERRIDES_LATER.items():
            if request.get(member):
                raise BatchError(f"{member}: the local engine does not run {what} yet.")
        name = check_job_name(request["jobName"])
        definition = self._definitions.usable(request["jobDefinition"])
        queue = self._queue(request, definition)
        record = definition.record
        retry_record = request.get("retryStrategy") or record.get("retryStrategy") or {}
        timeout = request.get("timeout") or record.get("timeout")
        check_timeout(timeout, self._limits)
        check_priority("schedulingPriorityOverride", request.get("schedulingPriorityOverride"))
        parameters = {**record["parameters"], **request.get("parameters", {})}
        container = build_container(definition, request.get("containerOverrides", {}), parameters)
        return JobSpec(
            name=name,
            queue=queue,
            definition=definition,
            container=container,
            milli_vcpus=round(container.vcpus * 1000),
            parameters=parameters,
            depends_on=tuple(request.get("dependsOn", ())),
            retry=RetryStrategy.parse(retry_record, max_attempts=self._limits.max_attempts),
            retry_record={"attempts": 1, "evaluateOnExit": [], **retry_record},
            timeout_seconds=(timeout or {}).get("attemptDurationSeconds"),
            propagate_tags=bool(request.get("propagateTags", record.get("propagateTags", False))),
            share_identifier=request.get("shareIdentifier"),
            scheduling_priority=request.get("schedulingPriorityOverride", record.get("schedulingPriority")),
            array_size=self._array_size(request),
        )

    def _queue(self, request: Mapping[str, Any], definition: JobDefinition) -> JobQueue:
        queue = self._queues.get(request["jobQueue"])
        if not queue.enabled:
            raise BatchError(f"JobQueue {queue.name} is in DISABLED state and does not accept jobs.")
        fair = "schedulingPolicyArn" in queue.record
        if fair and "shareIdentifier" not in request:
            raise BatchError(f"shareIdentifier must be specified: JobQueue {queue.name} has a scheduling policy.")
        if not fair and "shareIdentifier" in request:
            raise BatchError(f"shareIdentifier can't be specified: JobQueue {queue.name} has no scheduling policy.")
        if definition.platform != queue.platform:
            raise BatchError(
                f"JobDefinition {definition.name} is for {definition.platform}, but the compute environments of "
                f"JobQueue {queue.name} are {queue.platform}. Set platformCapabilities or use another queue."
            )
        return queue

    def _array_size(self, request: Mapping[str, Any]) -> int | None:
        if "size" not in request.get("arrayProperties", {}):
            return None
        size = int(request["arrayProperties"]["size"])
        if not _MIN_ARRAY <= size <= self._limits.max_array_size:
            raise BatchError(
                f"Array size must be between {_MIN_ARRAY} and {self._limits.max_array_size}, but is {size}."
            )
        return size

    def _brake(self, jobs: int) -> None:
        most = self._limits.max_jobs_per_minute
        if most is None:
            return
        now = self._clock.now()
        while self._recent and self._recent[0][0] <= now - _MINUTE:
            self._recent_jobs -= self._recent.popleft()[1]
        if self._recent_jobs + jobs > most:
            raise BatchError(
                f"The local engine accepts {most} jobs a minute and has {self._recent_jobs} in the last. If no rule "
                "submits jobs in a loop, raise EngineLimits.max_jobs_per_minute."
            )
        self._recent.append((now, jobs))
        self._recent_jobs += jobs

    def _make(self, spec: JobSpec, tags: dict[str, str]) -> Job:
        now = int(self._clock.now() * 1000)
        ident = str(uuid.uuid4())
        arn = self._names.arn("job", ident)
        job = Job(id=ident, arn=arn, order=next(self._order), spec=spec, created_at=now, tags=tags)
        for index in range(spec.array_size or 0):
            child = Job(
                id=f"{ident}:{index}",
                arn=f"{arn}:{index}",
                order=next(self._order),
                spec=spec,
                created_at=now,
                tags=tags,
                parent=job,
                index=index,
            )
            job.children.append(child)
        self._jobs.add(job)
        return job
