"""The local AWS Batch."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.definitions import JobDefinitions
from batchwright.local.engine.describing import current_state, job_detail
from batchwright.local.engine.environments import ComputeEnvironments
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.events import EventDispatcher
from batchwright.local.engine.job_table import JobTable
from batchwright.local.engine.lifecycle import Lifecycle
from batchwright.local.engine.limits import EngineLimits
from batchwright.local.engine.listing import list_jobs
from batchwright.local.engine.names import Names
from batchwright.local.engine.policies import SchedulingPolicies
from batchwright.local.engine.queues import JobQueue, JobQueues
from batchwright.local.engine.requests import clean_request
from batchwright.local.engine.submission import Submission
from batchwright.local.engine.system_clock import SystemClock
from batchwright.local.engine.tags import Setter, Tags, check_tags

if TYPE_CHECKING:
    from batchwright.local.engine.clock import Clock
    from batchwright.local.engine.jobs import Job
    from batchwright.local.engine.runner import Runner

_MAX_DESCRIBED: Final = 100
_MAX_REASON: Final = 1_024
Operation = Callable[[Mapping[str, Any]], dict[str, Any]]


class BatchEngine:
    """AWS Batch for one account in one region: takes the API's requests, runs the jobs, tells of every transition.

    It knows nothing of HTTP, CloudFormation or containers. `handle` speaks the API's JSON; the runner runs attempts;
    the clock gives time. Thread-safe. Nothing blocks on a job but `wait`.

    Args:
        account: Account id in the ARNs.
        region: Region in the ARNs.
        runner: Runs the attempts of jobs.
        emit: Receives the EventBridge event of every transition of every job, array parents and children included, in
            order and one at a time. The event must not be changed.
        clock: Time; by default the machine's. A clock that is given is not closed.
        limits: What is refused or bounded; by default AWS's numbers and generous guards.

    Example:
        engine = BatchEngine(account="123456789012", region="us-east-1", runner=runner, emit=print)
        engine.handle("SubmitJob", {"jobName": "a", "jobQueue": "queue", "jobDefinition": "definition"})
    """

    def __init__(
        self,
        *,
        account: str,
        region: str,
        runner: Runner,
        emit: Callable[[Mapping[str, Any]], None],
        clock: Clock | None = None,
        limits: EngineLimits | None = None,
    ) -> None:
        limits = limits or EngineLimits()
        self._own_clock = clock is None
        self._clock: Clock = clock or SystemClock()
        self._lock = threading.RLock()
        self._jobs = JobTable()
        self._waiters: dict[str, list[threading.Event]] = {}
        self._closed = False
        names = Names(account=account, region=region)
        self._events = EventDispatcher(emit=emit, clock=self._clock, names=names)
        self._lifecycle = Lifecycle(
            lock=self._lock,
            clock=self._clock,
            runner=runner,
            limits=limits,
            names=names,
            publish=self._events.publish,
            finished=self._tell_waiters,
        )
        self._environments = ComputeEnvironments(names=names, changed=self._lifecycle.wake)
        self._policies = SchedulingPolicies(names=names)
        self._queues = JobQueues(
            names=names,
            environments=self._environments.store,
            policies=self._policies.store,
            changed=self._lifecycle.wake,
            drain=self._drain,
        )
        self._definitions = JobDefinitions(names=names, limits=limits)
        self._submission = Submission(
            names=names,
            limits=limits,
            clock=self._clock,
            queues=self._queues.store,
            definitions=self._definitions,
            jobs=self._jobs,
            admit=self._lifecycle.admit,
        )
        self._operations = self._table()

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that `handle` knows."""
        return frozenset(self._operations)

    def handle(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one operation of the API.

        Args:
            operation: Its name, such as `SubmitJob`.
            request: Its JSON with the API's own member names (`jobName`).

        Returns:
            The response's JSON, a copy of its own.

        Raises:
            BatchError: The request is refused, the operation is not known, or the engine was closed.
        """
        call = self._operations.get(operation)
        if call is None:
            known = ", ".join(sorted(self._operations))
            raise BatchError(f"{operation}: the local engine does not have this operation. It has {known}.")
        cleaned = clean_request(operation, request)
        check_tags(cleaned.get("tags", {}))
        with self._lock:
            if self._closed:
                raise BatchError("The local AWS Batch engine was closed.", code="ServerException")
            response = call(cleaned)
        # Records are replaced, never changed, so copying them needs no lock.
        return copy.deepcopy(response)

    def wait(self, job_id: str, timeout: float | None = None) -> dict[str, Any] | None:
        """Block until a job is SUCCEEDED or FAILED.

        Args:
            job_id: The job's id.
            timeout: Most seconds to wait; None waits for as long as it takes.

        Returns:
            The job's entry of DescribeJobs, or None when the time is up.

        Raises:
            BatchError: There is no such job.
        """
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None:
                raise BatchError(f"Job {job_id} does not exist.")
            ended = threading.Event()
            if job.status.terminal:
                ended.set()
            else:
                self._waiters.setdefault(job_id, []).append(ended)
        if ended.wait(timeout):
            return copy.deepcopy(job_detail(job, current_state(job)))
        with self._lock:
            if ended in self._waiters.get(job_id, ()):
                self._waiters[job_id].remove(ended)
        return None

    def close(self) -> None:
        """Stop what runs, fail what waits, deliver the last events, end the threads. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            jobs = list(self._jobs)
        self._lifecycle.close(jobs)
        self._events.close()
        if self._own_clock:
            self._clock.close()

    def _table(self) -> dict[str, Operation]:
        tags = Tags(find=self._tagged)
        return {
            "CreateComputeEnvironment": self._environments.create,
            "UpdateComputeEnvironment": self._environments.update,
            "DeleteComputeEnvironment": self._environments.delete,
            "DescribeComputeEnvironments": self._environments.describe,
            "CreateJobQueue": self._queues.create,
            "UpdateJobQueue": self._queues.update,
            "DeleteJobQueue": self._queues.delete,
            "DescribeJobQueues": self._queues.describe,
            "CreateSchedulingPolicy": self._policies.create,
            "UpdateSchedulingPolicy": self._policies.update,
            "DeleteSchedulingPolicy": self._delete_policy,
            "DescribeSchedulingPolicies": self._policies.describe,
            "ListSchedulingPolicies": self._policies.list,
            "RegisterJobDefinition": self._definitions.register,
            "DeregisterJobDefinition": self._definitions.deregister,
            "DescribeJobDefinitions": self._definitions.describe,
            "SubmitJob": self._submission.submit,
            "CancelJob": partial(self._stop, cancel=True),
            "TerminateJob": partial(self._stop, cancel=False),
            "DescribeJobs": self._describe_jobs,
            "ListJobs": partial(list_jobs, queues=self._queues.store, jobs=self._jobs),
            "TagResource": tags.add,
            "UntagResource": tags.remove,
            "ListTagsForResource": tags.list,
        }

    def _describe_jobs(self, request: Mapping[str, Any]) -> dict[str, Any]:
        idents = request["jobs"]
        if not 1 <= len(idents) <= _MAX_DESCRIBED:
            raise BatchError(f"jobs must have 1 to {_MAX_DESCRIBED} entries, but has {len(idents)}.")
        found = (self._jobs.find(ident) for ident in dict.fromkeys(idents))
        return {"jobs": [job_detail(job, current_state(job)) for job in found if job is not None]}

    def _stop(self, request: Mapping[str, Any], *, cancel: bool) -> dict[str, Any]:
        reason = request["reason"]
        if not 1 <= len(reason) <= _MAX_REASON:
            raise BatchError(f"reason must have 1 to {_MAX_REASON} characters, but has {len(reason)}.")
        job = self._jobs.get(request["jobId"])
        if job is not None:
            self._lifecycle.stop(job, reason, cancel=cancel)
        return {}

    def _drain(self, queue: JobQueue) -> None:
        for job in self._jobs.drop_queue(queue):
            self._lifecycle.stop(job, f"JobQueue {queue.name} was deleted", cancel=False)

    def _delete_policy(self, request: Mapping[str, Any]) -> dict[str, Any]:
        used = {queue.record.get("schedulingPolicyArn", "") for queue in self._queues.store}
        return self._policies.delete(request, used=used)

    def _tagged(self, arn: str) -> tuple[Mapping[str, str], Setter] | None:
        job = self._jobs.find(arn)
        if job is not None and job.arn == arn:
            return job.tags, partial(setattr, job, "tags")
        for resource in (
            self._environments.store.find(arn),
            self._queues.store.find(arn),
            self._policies.store.find(arn),
            self._definitions.find(arn) if ":job-definition/" in arn else None,
        ):
            if resource is not None and resource.arn == arn:
                return resource.record["tags"], partial(_replace_tags, resource.record)
        return None

    def _tell_waiters(self, job: Job) -> None:
        for waiter in self._waiters.pop(job.id, ()):
            waiter.set()


def _replace_tags(record: dict[str, Any], tags: dict[str, str]) -> None:
    record["tags"] = tags
