"""All of an engine in plain values, to be kept and put into another engine later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.archive.jobs import JobArchive
from batchwright.local.engine.consumables.registry import ConsumableResource
from batchwright.local.engine.environments.environment import ComputeEnvironment
from batchwright.local.engine.environments.service_environments import ServiceEnvironment
from batchwright.local.engine.queues.job_queue import JobQueue
from batchwright.local.engine.queues.policies import SchedulingPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from batchwright.local.engine.api.records import RecordStore
    from batchwright.local.engine.definitions.registry import JobDefinitions
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.jobs.submission import Submission
    from batchwright.local.engine.jobs.table import JobTable
    from batchwright.local.engine.queues.quota_shares import QuotaShares

EMPTY: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("environments", "services", "policies", "consumables", "queues", "definitions", "jobs"), ()),
    "quota_shares": (),
}
_BY_NAME: Final = ("environments", "services", "policies", "consumables")


@dataclass(slots=True)
class Changed:
    """What was changed since it was last asked for.

    Attributes:
        jobs: Ids of jobs, children and nodes; True for one of which everything is wanted, with its parts.
        resources: Whether anything but jobs was.
        linked: Whether something was that jobs name: all of every job is wanted.
    """

    jobs: dict[str, bool] = field(default_factory=dict)
    resources: bool = False
    linked: bool = False

    def __bool__(self) -> bool:
        return bool(self.jobs) or self.resources or self.linked


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Takes the resources and jobs of an engine out, and puts them into an empty one. The engine's lock guards it.

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

    def take(self) -> dict[str, Any]:
        """Return everything, as it is now."""
        return {**self._resources(), "jobs": self._jobs().take()}

    def changes(self, changed: Changed) -> dict[str, Any]:
        """Return what was changed, to be laid over what `take` returned by `laid_over`."""
        jobs = self._jobs()
        if changed.linked:
            changed.jobs.update(dict.fromkeys((job.id for job in self.jobs.whole()), True))
        whole, own, resources = [], [], changed.resources or changed.linked
        for ident, all_of_it in changed.jobs.items():
            job = self.jobs.get(ident)
            whole_id = _whole_of(ident)
            # A job that was forgotten meanwhile is forgotten after a restart too, by its age.
            if job is None or (whole_id != ident and changed.jobs.get(whole_id)):
                continue
            # What can be used up is less when a job that held it has ended.
            resources = resources or bool(job.spec.needs)
            if all_of_it:
                whole.append(jobs.whole(job))
            else:
                own.append([ident, *jobs.own(job)])
        found: dict[str, Any] = {"jobs": whole, "own": own}
        if resources:
            found["resources"] = self._resources()
        return found

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

    def _resources(self) -> dict[str, Any]:
        return {
            **{name: [_named(one) for one in getattr(self, name)] for name in _BY_NAME},
            "queues": [_queue(queue) for queue in self.queues],
            "quota_shares": self.quota_shares.everything(),
            "definitions": [definition.record for definition in self.definitions.everything()],
        }

    def _put_queue(self, kept: Mapping[str, Any]) -> None:
        policy = kept["policy"]
        queue = JobQueue(
            **_of_names(kept),
            environments=tuple(self.environments.get(arn) for arn in kept["environments"]),
            services=tuple(self.services.get(arn) for arn in kept["services"]),
            policy=None if policy is None else self.policies.get(policy),
        )
        if queue.shares is not None:
            queue.shares.put_usage(kept["usage"])
        queue.line.advanced_at = kept["advanced_at"]
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
        "usage": [] if queue.shares is None else queue.shares.usage(),
        "advanced_at": queue.line.advanced_at,
    }


def laid_over(archive: dict[str, Any], changes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return an archive as it is after changes, in their order; the archive itself is used up."""
    jobs = {entry["id"]: entry for entry in archive["jobs"]}
    for change in changes:
        archive.update(change.get("resources", {}))
        for entry in change["jobs"]:
            # In the place that it had: what is listed is listed in the order of submission.
            jobs[entry["id"]] = entry
        for ident, *own in change["own"]:
            entry = jobs[_whole_of(ident)]
            if ident == entry["id"]:
                entry["own"] = own
            else:
                index = int(ident[len(entry["id"]) + 1 :])
                entry["parts"][index] = own
    return {**archive, "jobs": list(jobs.values())}


def placed_in(
    archive: Mapping[str, Any], environments: RecordStore[ComputeEnvironment]
) -> Callable[[Job], ComputeEnvironment | None]:
    """Return what says where a job of an archive had its place; None for one that had none, or whose is gone."""
    arns: dict[str, str] = {}
    for entry in archive["jobs"]:
        mark = "#" if entry["spec"]["nodes"] else ":"
        rests = [(entry["id"], entry["own"][1])]
        rests += [(f"{entry['id']}{mark}{index}", part[1]) for index, part in enumerate(entry["parts"]) if part]
        arns.update({ident: rest["environment"] for ident, rest in rests if "environment" in rest})
    return lambda job: environments.find(arns[job.id]) if job.id in arns else None


def _whole_of(ident: str) -> str:
    return ident.partition(":")[0].partition("#")[0]
