"""Turns a SubmitJob request into jobs."""

from __future__ import annotations

import json
import uuid
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.names import Names, check_job_name
from batchwright.local.engine.api.rules import check_needs, refuse
from batchwright.local.engine.definitions.retries import RetryStrategy
from batchwright.local.engine.definitions.rules import check_priority, check_timeout
from batchwright.local.engine.errors import BatchError, not_executed
from batchwright.local.engine.jobs.brake import Brake
from batchwright.local.engine.jobs.dependencies import Dependencies
from batchwright.local.engine.jobs.job import Job, JobSpec
from batchwright.local.engine.tasks.overrides import OVERRIDES_TOO_LONG
from batchwright.local.engine.tasks.programs import Programs
from batchwright.model.fair_share import share_pattern_problems
from batchwright.model.submissions import MAX_OVERRIDES_LENGTH
from batchwright.model.tags import propagated_tag_count_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.engine.api.records import RecordStore
    from batchwright.local.engine.api.throttle import Throttle
    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.consumables.registry import ConsumableResources
    from batchwright.local.engine.definitions.registry import JobDefinition, JobDefinitions
    from batchwright.local.engine.jobs.table import JobTable
    from batchwright.local.engine.limits import EngineLimits
    from batchwright.local.engine.queues.job_queue import JobQueue
    from batchwright.local.engine.tasks.node_tasks import Nodes

_MIN_ARRAY: Final = 2
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html (schedulingPolicyArn)
_MAX_SHARES: Final = 500


class Submission:
    """The operation SubmitJob.

    Args:
        names: Forms the ARNs.
        limits: What is refused.
        clock: Dates the jobs.
        queues: Where the queue is looked up.
        definitions: Where the definition is looked up.
        consumables: Where the resources that it needs are looked up.
        jobs: All jobs; new ones are added.
        admit: Called with the new job, its children or nodes attached to it.
        submitted: Returns the number of jobs in SUBMITTED.
        throttle: Counts the requests.
    """

    def __init__(
        self,
        *,
        names: Names,
        limits: EngineLimits,
        clock: Clock,
        queues: RecordStore[JobQueue],
        definitions: JobDefinitions,
        consumables: ConsumableResources,
        jobs: JobTable,
        admit: Callable[[Job], None],
        submitted: Callable[[], int],
        throttle: Throttle,
    ) -> None:
        self._names = names
        self._limits = limits
        self._clock = clock
        self._queues = queues
        self._definitions = definitions
        self._consumables = consumables
        self._jobs = jobs
        self._admit = admit
        self._brake = Brake(limits=limits, clock=clock, submitted=submitted)
        self._throttle = throttle
        self._programs = Programs()
        self._order = count()

    def submit(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """SubmitJob. Everything is checked before anything is made."""
        self._throttle.pass_or_refuse()
        _check_payload(len(json.dumps(request)), self._limits.max_payload_bytes)
        spec = self._spec(request)
        dependencies = Dependencies.parse(
            request.get("dependsOn", []),
            jobs=self._jobs,
            array_size=spec.array_size,
            most=self._limits.max_dependencies,
        )
        self._brake.pass_or_refuse(spec.array_size or spec.attempts_at_once)
        job = self._make(spec, dict(request.get("tags", {})))
        job.doomed = _never_starts(job)
        dependencies.attach(job)
        self._admit(job)
        return {"jobArn": job.arn, "jobName": spec.name, "jobId": job.id}

    def continue_after(self, order: int) -> None:
        """Number new jobs after this number."""
        self._order = count(order + 1)

    def _spec(self, request: Mapping[str, Any]) -> JobSpec:
        name = check_job_name(request["jobName"])
        definition = self._definitions.usable(request["jobDefinition"])
        queue = self._queue(request, definition)
        record = definition.record
        retry_record = request.get("retryStrategy") or record.get("retryStrategy") or {}
        timeout = request.get("timeout") or record.get("timeout")
        check_timeout(timeout, self._limits)
        check_priority("schedulingPriorityOverride", request.get("schedulingPriorityOverride"))
        program = self._programs.of(request, definition)
        needs_record = _needs_record(request, definition)
        listed = _needed(needs_record, program.nodes)
        return JobSpec(
            name=name,
            queue=queue,
            definition=definition,
            task=program.task,
            nodes=program.nodes,
            milli_vcpus=sum([size.milli_vcpus for size in program.sizes]),
            sizes=program.sizes,
            needs=self._consumables.needs(listed),
            needs_record=needs_record,
            parameters=program.parameters,
            depends_on=tuple(request.get("dependsOn", ())),
            retry=RetryStrategy.parse(retry_record, max_attempts=self._limits.max_attempts),
            retry_record={"attempts": 1, "evaluateOnExit": [], **retry_record},
            timeout_seconds=(timeout or {}).get("attemptDurationSeconds"),
            propagate_tags=bool(request.get("propagateTags", record.get("propagateTags", False))),
            share_identifier=request.get("shareIdentifier"),
            scheduling_priority=request.get("schedulingPriorityOverride", record.get("schedulingPriority")),
            array_size=self._array_size(request, program.nodes),
        )

    def _queue(self, request: Mapping[str, Any], definition: JobDefinition) -> JobQueue:
        queue = self._queues.get(request["jobQueue"])
        if not queue.enabled:
            raise BatchError(f"JobQueue {queue.name} is in DISABLED state and does not accept jobs.")
        self._check_share(request, queue, definition)
        if queue.services:
            raise BatchError(f"JobQueue {queue.name} takes service jobs only: use SubmitServiceJob.")
        if definition.platform != queue.platform:
            raise BatchError(
                f"JobDefinition {definition.name} is for {definition.platform}, but the compute environments of "
                f"JobQueue {queue.name} are {queue.platform}. Set platformCapabilities or use another queue."
            )
        return queue

    def _check_share(self, request: Mapping[str, Any], queue: JobQueue, definition: JobDefinition) -> None:
        share = request.get("shareIdentifier")
        if queue.shares is None:
            if share is not None:
                raise BatchError(f"shareIdentifier can't be specified: JobQueue {queue.name} has no scheduling policy.")
            return
        if share is None:
            raise BatchError(f"shareIdentifier must be specified: JobQueue {queue.name} has a scheduling policy.")
        refuse("SubmitJob", share_pattern_problems(share))
        if "schedulingPriorityOverride" not in request and "schedulingPriority" not in definition.record:
            # Source of the words: https://github.com/hashicorp/terraform-provider-aws/issues/31226
            raise BatchError("Either schedulingPriority in job definition or schedulingPriorityOverride is required.")
        now = self._clock.now()
        if share not in queue.shares.shares and queue.shares.active_shares(now) >= _MAX_SHARES:
            raise BatchError(
                f"JobQueue {queue.name} has {_MAX_SHARES} active share identifiers, the most that it takes."
            )

    def _array_size(self, request: Mapping[str, Any], nodes: Nodes | None) -> int | None:
        if "size" not in request.get("arrayProperties", {}):
            return None
        if nodes is not None:
            raise BatchError("arrayProperties must not be provided for a multi-node parallel job.")
        size = int(request["arrayProperties"]["size"])
        if not _MIN_ARRAY <= size <= self._limits.max_array_size:
            raise BatchError(
                f"Array size must be between {_MIN_ARRAY} and {self._limits.max_array_size}, but is {size}."
            )
        return size

    def _make(self, spec: JobSpec, tags: dict[str, str]) -> Job:
        now = int(self._clock.now() * 1000)
        ident = str(uuid.uuid4())
        arn = self._names.arn("job", ident)
        job = Job(id=ident, arn=arn, order=next(self._order), spec=spec, created_at=now, tags=tags)
        if spec.array_size is not None:
            job.children = [
                Job(
                    order=next(self._order),
                    spec=spec,
                    created_at=now,
                    tags=tags,
                    parent=job,
                    index=index,
                )
                for index in range(spec.array_size)
            ]
        if spec.nodes is not None:
            job.nodes = [self._node(job, index) for index in range(len(spec.nodes.tasks))]
        self._jobs.add(job)
        return job

    def _node(self, job: Job, index: int) -> Job:
        return Job(
            order=next(self._order),
            spec=job.spec,
            created_at=job.created_at,
            tags=job.tags,
            index=index,
            whole=job,
        )


def _check_payload(size: int, most: int) -> None:
    # Source of the words: https://github.com/ASFHyP3/hyp3/issues/3041
    if size > most:
        raise not_executed(f"Job size must be less than {most // 1024} KiB, got {-(-size // 1024)} KiB")


def _never_starts(job: Job) -> str | None:
    """Return why a job that was accepted fails when its turn comes, without an attempt."""
    spec = job.spec
    tasks = (spec.task,) if spec.nodes is None else spec.nodes.tasks
    if any(task.overrides_length > MAX_OVERRIDES_LENGTH for task in tasks):
        return OVERRIDES_TOO_LONG
    tags = {**spec.definition.record["tags"], **job.tags} if spec.propagate_tags else {}
    return next((f"A task can have {problem.allowed}" for problem in propagated_tag_count_problems(len(tags))), None)


def _needs_record(request: Mapping[str, Any], definition: JobDefinition) -> Mapping[str, Any] | None:
    override = request.get("consumableResourcePropertiesOverride")
    check_needs(override)
    if definition.multi_node and override:
        raise BatchError(
            "consumableResourcePropertiesOverride does not fit a multi-node parallel job; use nodeOverrides."
        )
    found: Mapping[str, Any] | None = override or definition.record.get("consumableResourceProperties")
    return found


def _needed(record: Mapping[str, Any] | None, nodes: Nodes | None) -> list[Mapping[str, Any]]:
    """Return all that a job needs; each node of a multi-node parallel job needs what its range says."""
    own = list((record or {}).get("consumableResourceList", ()))
    return own if nodes is None else [*own, *(entry for entries in nodes.needs for entry in entries)]
