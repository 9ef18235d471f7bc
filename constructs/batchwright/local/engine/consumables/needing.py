"""Jobs by the consumable resources that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.names import name_matches
from batchwright.local.engine.api.paging import page
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.jobs.describing import current_state
from batchwright.local.engine.jobs.describing_tasks import present

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.local.engine.consumables.registry import ConsumableResource, ConsumableResources
    from batchwright.local.engine.jobs.job import Job
    from batchwright.local.engine.jobs.table import JobTable

_FILTERS: Final = ("JOB_STATUS", "JOB_NAME")


def needed(resource: ConsumableResource, *, jobs: JobTable) -> bool:
    """Say whether a job that has not ended needs a resource."""
    return any(_needs(job, resource) and not job.status.terminal for job in jobs)


def list_needing(request: Mapping[str, Any], *, consumables: ConsumableResources, jobs: JobTable) -> dict[str, Any]:
    """ListJobsByConsumableResource: jobs, and children of arrays, in the order of their submission."""
    resource = consumables.store.get(request["consumableResource"])
    filters = request.get("filters", ())
    for entry in filters:
        if entry.get("name") not in _FILTERS:
            raise BatchError(f"filters: {entry.get('name')!r} is not a filter of this operation; use {_FILTERS}.")
    wanted = ((job.order, job) for job in jobs if _needs(job, resource) and _passes(job, filters))
    found, rest = page(wanted, request)
    return {"jobs": [_summary(job, resource) for job in found], **rest}


def _needs(job: Job, resource: ConsumableResource) -> bool:
    # The parent of an array, and a node, need nothing themselves.
    return not job.children and job.whole is None and any(one is resource for one, _ in job.spec.needs)


def _passes(job: Job, filters: Sequence[Mapping[str, Any]]) -> bool:
    for entry in filters:
        text = str(job.status) if entry["name"] == "JOB_STATUS" else job.spec.name
        if not any(name_matches(value, text) for value in entry.get("values", ())):
            return False
    return True


def _summary(job: Job, resource: ConsumableResource) -> dict[str, Any]:
    spec, state = job.spec, current_state(job)
    needs = [{"consumableResource": one.arn, "quantity": quantity} for one, quantity in spec.needs]
    optional = {
        "shareIdentifier": spec.share_identifier,
        "statusReason": state.status_reason,
        "startedAt": state.started_at,
    }
    return {
        "jobArn": job.arn,
        "jobQueueArn": spec.queue.arn,
        "jobName": spec.name,
        "jobDefinitionArn": spec.definition.arn,
        "jobStatus": str(state.status),
        # Both as the API's reference describes them: of the resource, not of the job.
        "quantity": resource.available,
        "createdAt": resource.record["createdAt"],
        "consumableResourceProperties": {"consumableResourceList": needs},
        **present(optional),
    }
