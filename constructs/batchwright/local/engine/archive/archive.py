"""All of an engine in plain values, to be kept and put into another engine later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.archive.jobs import JobArchive
from batchwright.local.engine.consumables.registry import ConsumableResource
from batchwright.local.engine.environments.registry import ComputeEnvironment
from batchwright.local.engine.environments.service_environments import ServiceEnvironment
from batchwright.local.engine.queues.job_queue import JobQueue
from batchwright.local.engine.queues.policies import SchedulingPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.api.records import RecordStore
    from batchwright.local.engine.definitions.registry import JobDefinitions
    from batchwright.local.engine.jobs.submission import Submission
    from batchwright.local.engine.jobs.table import JobTable
    from batchwright.local.engine.queues.quota_shares import QuotaShares

_BY_NAME: Final = ("environments", "services", "policies", "consumables")


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Takes the resources and jobs of an engine out, and puts them into an empty one. The engine's lock guards it.

    A job that has not ended is taken as one that the end of the engine stopped.

    Attributes:
        environments: The compute environments.
        services: The service environments.
        policies: The scheduling policies.
        consumables: The consumable resources.
        queues: The job queues.
        quota_shares: The quota shares.
        definitions: The job definitions.
        submission: Numbers new jobs.
        jobs: All jobs.
    """

    environments: RecordStore[ComputeEnvironment]
    services: RecordStore[ServiceEnvironment]
    policies: RecordStore[SchedulingPolicy]
    consumables: RecordStore[ConsumableResource]
    queues: RecordStore[JobQueue]
    quota_shares: QuotaShares
    definitions: JobDefinitions
    submission: Submission
    jobs: JobTable

    def take(self, at: int) -> dict[str, Any]:
        """Return everything; `at` (milliseconds since the epoch) is when jobs that have not ended are taken to end."""
        return {
            **{name: [_named(one) for one in getattr(self, name)] for name in _BY_NAME},
            "queues": [_queue(queue) for queue in self.queues],
            "quota_shares": self.quota_shares.everything(),
            "definitions": [definition.record for definition in self.definitions.everything()],
            "jobs": self._jobs().take(at),
        }

    def put(self, kept: Mapping[str, Any]) -> None:
        """Put everything that `take` returned into an engine that has nothing yet."""
        for record in kept["environments"]:
            self.environments.add(ComputeEnvironment(**record))
        for record in kept["services"]:
            self.services.add(ServiceEnvironment(**record))
        for record in kept["policies"]:
            self.policies.add(SchedulingPolicy(**record))
        for record in kept["consumables"]:
            self.consumables.add(ConsumableResource(**record))
        for record in kept["queues"]:
            self._put_queue(record)
        self.quota_shares.put(kept["quota_shares"])
        self.definitions.put(kept["definitions"])
        self._jobs().put(kept["jobs"])

    def _put_queue(self, kept: Mapping[str, Any]) -> None:
        policy = kept["policy"]
        queue = JobQueue(
            **_of_names(kept),
            environments=tuple(self.environments.get(arn) for arn in kept["environments"]),
            services=tuple(self.services.get(arn) for arn in kept["services"]),
            policy=None if policy is None else self.policies.get(policy),
        )
        self.queues.add(queue)
        for linked in queue.links():
            linked.queues.add(queue.arn)

    def _jobs(self) -> JobArchive:
        return JobArchive(
            jobs=self.jobs,
            queues=self.queues,
            definitions=self.definitions,
            consumables=self.consumables,
            submission=self.submission,
        )


def _named(one: ComputeEnvironment | ServiceEnvironment | SchedulingPolicy | ConsumableResource) -> dict[str, Any]:
    return {"name": one.name, "arn": one.arn, "record": one.record}


def _of_names(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: kept[name] for name in ("name", "arn", "record")}


def _queue(queue: JobQueue) -> dict[str, Any]:
    return {
        "name": queue.name,
        "arn": queue.arn,
        "record": queue.record,
        "environments": [each.arn for each in queue.environments],
        "services": [each.arn for each in queue.services],
        "policy": None if queue.policy is None else queue.policy.arn,
    }
