"""All that the API has, and the operation for each of its names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from batchwright.local.engine.api.tags import Setter, Tags
from batchwright.local.engine.api.throttle import Throttle
from batchwright.local.engine.archive.archive import Archive
from batchwright.local.engine.consumables.needing import list_needing, needed
from batchwright.local.engine.consumables.registry import ConsumableResources
from batchwright.local.engine.definitions.registry import JobDefinitions
from batchwright.local.engine.environments.registry import ComputeEnvironments
from batchwright.local.engine.environments.service_environments import ServiceEnvironments
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.jobs.describing import describe_jobs
from batchwright.local.engine.jobs.listing import list_jobs
from batchwright.local.engine.jobs.stopping import Stopping
from batchwright.local.engine.jobs.submission import Submission
from batchwright.local.engine.queues.policies import SchedulingPolicies
from batchwright.local.engine.queues.quota_shares import QuotaShares
from batchwright.local.engine.queues.registry import JobQueues
from batchwright.local.engine.queues.service_jobs import ServiceJobs
from batchwright.local.engine.queues.snapshot import queue_snapshot

if TYPE_CHECKING:
    from batchwright.local.engine.api.names import Names
    from batchwright.local.engine.clocks.clock import Clock
    from batchwright.local.engine.cloud.model import CloudModel
    from batchwright.local.engine.jobs.table import JobTable
    from batchwright.local.engine.limits import EngineLimits
    from batchwright.local.engine.running.lifecycle import Lifecycle

Operation = Callable[[Mapping[str, Any]], dict[str, Any]]


class Resources:
    """The resources of one engine. Its lock is held by whoever calls an operation.

    Args:
        names: Forms the ARNs.
        limits: What is refused.
        clock: Time.
        cloud: What the cloud adds, or None.
        jobs: All jobs.
        lifecycle: Runs them.
    """

    def __init__(
        self,
        *,
        names: Names,
        limits: EngineLimits,
        clock: Clock,
        cloud: CloudModel | None,
        jobs: JobTable,
        lifecycle: Lifecycle,
    ) -> None:
        self._clock = clock
        self._jobs = jobs
        self._stopping = Stopping(jobs=jobs, lifecycle=lifecycle)
        self.environments = ComputeEnvironments(
            names=names,
            changed=lambda: lifecycle.environments_changed(self.environments.store),
            cloud=cloud,
        )
        self._services = ServiceEnvironments(names=names)
        self._policies = SchedulingPolicies(names=names, changed=lifecycle.wake)
        self._queues = JobQueues(
            names=names,
            environments=self.environments.store,
            services=self._services.store,
            policies=self._policies.store,
            changed=lifecycle.wake,
            drain=self._stopping.drain,
            check_deletable=lambda queue: self._quota_shares.check_deletable(queue),
        )
        self._quota_shares = QuotaShares(names=names, queues=self._queues.store)
        self._service_jobs = ServiceJobs(queues=self._queues.store)
        self._definitions = JobDefinitions(names=names, limits=limits)
        self._consumables = ConsumableResources(
            names=names, clock=clock, changed=lifecycle.wake, needed=partial(needed, jobs=jobs)
        )
        self._submission = Submission(
            names=names,
            limits=limits,
            clock=clock,
            queues=self._queues.store,
            definitions=self._definitions,
            consumables=self._consumables,
            jobs=jobs,
            admit=lifecycle.admit,
            submitted=lambda: lifecycle.submitted,
            throttle=Throttle(clock=clock, per_second=None if cloud is None else cloud.submit_tps),
        )

    def operations(self) -> dict[str, Operation]:
        """Return the operations by name."""
        return {**self._of_environments(), **self._of_queues(), **self._of_jobs(), **self._of_service_jobs()}

    def archive(self) -> Archive:
        """Return what takes everything out, and puts it into an engine that has nothing yet."""
        return Archive(
            environments=self.environments.store,
            services=self._services.store,
            policies=self._policies.store,
            consumables=self._consumables.store,
            queues=self._queues.store,
            quota_shares=self._quota_shares,
            definitions=self._definitions,
            submission=self._submission,
            jobs=self._jobs,
        )

    def _of_environments(self) -> dict[str, Operation]:
        return {
            "CreateComputeEnvironment": self.environments.create,
            "UpdateComputeEnvironment": self.environments.update,
            "DeleteComputeEnvironment": self.environments.delete,
            "DescribeComputeEnvironments": self.environments.describe,
            "CreateConsumableResource": self._consumables.create,
            "UpdateConsumableResource": self._consumables.update,
            "DeleteConsumableResource": self._consumables.delete,
            "DescribeConsumableResource": self._consumables.describe,
            "ListConsumableResources": self._consumables.list,
            "ListJobsByConsumableResource": partial(list_needing, consumables=self._consumables, jobs=self._jobs),
        }

    def _of_queues(self) -> dict[str, Operation]:
        return {
            "CreateJobQueue": self._queues.create,
            "UpdateJobQueue": self._queues.update,
            "DeleteJobQueue": self._queues.delete,
            "DescribeJobQueues": self._queues.describe,
            "GetJobQueueSnapshot": self._snapshot,
            "CreateSchedulingPolicy": self._policies.create,
            "UpdateSchedulingPolicy": self._policies.update,
            "DeleteSchedulingPolicy": self._delete_policy,
            "DescribeSchedulingPolicies": self._policies.describe,
            "ListSchedulingPolicies": self._policies.list,
        }

    def _of_jobs(self) -> dict[str, Operation]:
        tags = Tags(find=self._tagged)
        return {
            "RegisterJobDefinition": self._definitions.register,
            "DeregisterJobDefinition": self._definitions.deregister,
            "DescribeJobDefinitions": self._definitions.describe,
            "SubmitJob": self._submission.submit,
            "CancelJob": partial(self._stopping.stop, cancel=True),
            "TerminateJob": partial(self._stopping.stop, cancel=False),
            "CancelJobs": partial(self._stopping.stop_many, cancel=True),
            "TerminateJobs": partial(self._stopping.stop_many, cancel=False),
            "DescribeJobs": partial(describe_jobs, jobs=self._jobs),
            "ListJobs": partial(list_jobs, queues=self._queues.store, jobs=self._jobs),
            "TagResource": tags.add,
            "UntagResource": tags.remove,
            "ListTagsForResource": tags.list,
        }

    def _of_service_jobs(self) -> dict[str, Operation]:
        return {
            "CreateServiceEnvironment": self._services.create,
            "UpdateServiceEnvironment": self._services.update,
            "DeleteServiceEnvironment": self._services.delete,
            "DescribeServiceEnvironments": self._services.describe,
            "CreateQuotaShare": self._quota_shares.create,
            "UpdateQuotaShare": self._quota_shares.update,
            "DeleteQuotaShare": self._quota_shares.delete,
            "DescribeQuotaShare": self._quota_shares.describe,
            "ListQuotaShares": self._quota_shares.list,
            "SubmitServiceJob": self._service_jobs.submit,
            "ListServiceJobs": self._service_jobs.list,
            "DescribeServiceJob": self._service_jobs.missing,
            "UpdateServiceJob": self._service_jobs.missing,
            "TerminateServiceJob": self._service_jobs.missing,
            "TerminateServiceJobs": self._service_jobs.terminate_many,
        }

    def _snapshot(self, request: Mapping[str, Any]) -> dict[str, Any]:
        return queue_snapshot(request, queues=self._queues.store, clock=self._clock, quota_shares=self._quota_shares)

    def _delete_policy(self, request: Mapping[str, Any]) -> dict[str, Any]:
        used = {queue.record.get("schedulingPolicyArn", "") for queue in self._queues.store}
        return self._policies.delete(request, used=used)

    def _tagged(self, arn: str) -> tuple[Mapping[str, str], Setter] | None:
        job = self._jobs.find(arn)
        if job is not None and job.arn == arn:
            if job.parent is not None or job.whole is not None:
                # Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_TagResource.html
                raise BatchError(f"resourceArn {arn} is that of a child or node; their ARNs are not supported.")
            return job.tags, partial(setattr, job, "tags")
        for resource in (
            self.environments.store.find(arn),
            self._services.store.find(arn),
            self._queues.store.find(arn),
            self._quota_shares.find(arn),
            self._policies.store.find(arn),
            self._consumables.store.find(arn),
            self._definitions.find(arn) if ":job-definition/" in arn else None,
        ):
            if resource is not None and resource.arn == arn:
                return resource.record["tags"], partial(_replace_tags, resource.record)
        return None


def _replace_tags(record: dict[str, Any], tags: dict[str, str]) -> None:
    record["tags"] = tags
