"""arn:aws:states:::batch:submitJob and its .sync form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator import shapes
from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.iam.role_access import RoleAccess
    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions
    from batchwright.local.engine import BatchEngine

_SUBMIT = "arn:aws:states:::batch:submitJob"
# How often a task that waits looks whether its execution was stopped; the end of the job wakes it at once.
_STOP_CHECK_SECONDS = 0.5


def install(hooks: Hooks, context: EmulatorContext, access: RoleAccess, executions: Executions) -> None:
    """Register the integration."""
    module = hooks.module("services.stepfunctions")
    integration = SubmitJob(hooks, context, access, executions)
    hooks.put(hooks.get(module, "_SERVICE_DISPATCH"), _SUBMIT, integration.run)


class SubmitJob:
    """Submits a job and, for .sync, waits for its end."""

    def __init__(self, hooks: Hooks, context: EmulatorContext, access: RoleAccess, executions: Executions) -> None:
        self._context = context
        self._access = access
        self._executions = executions
        self._region = hooks.get(hooks.module("core.responses"), "get_region")

    def run(self, resource: str, data: dict[str, Any]) -> dict[str, Any]:
        """Run the task: what Step Functions gets is the answer, or the job when the form is .sync."""
        self._executions.check()
        request = self._request(data)
        refusal = self._access.submission_refusal(self._executions.role(), request, self._region())
        if refusal is not None:
            raise self._executions.error("Batch.AWSBatchException", refusal)
        answer = self._call("SubmitJob", request)
        self._context.chain.job_submitted(str(answer["jobId"]))
        submitted = dict(shapes.to_pascal(answer, shapes.answer("batch", "SubmitJob")))
        if not resource.endswith(".sync"):
            return submitted
        self._executions.submitted(submitted)
        job = self._wait(self._context.engine(self._region()), str(answer["jobId"]))
        described = shapes.answer("batch", "DescribeJobs").members["jobs"].member
        result = dict(shapes.to_pascal(job, described))
        if job["status"] == "FAILED":
            raise self._executions.error("States.TaskFailed", json.dumps(result))
        return result

    def _request(self, data: dict[str, Any]) -> dict[str, Any]:
        try:
            return dict(shapes.to_api(shapes.request("batch", "SubmitJob"), data))
        except shapes.UnknownMemberError as error:
            message = f'The field "{error.member}" is not supported by Step Functions'
            raise self._executions.error("States.Runtime", message) from error

    def _call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._context.batch(self._region(), operation, request)
        except BatchError as error:
            raise self._executions.error(f"Batch.{error.code}", error.message) from error

    def _wait(self, engine: BatchEngine, job_id: str) -> dict[str, Any]:
        terminated = False
        while True:
            job = engine.wait(job_id, timeout=_STOP_CHECK_SECONDS)
            if job is not None:
                return job
            reason = self._executions.abandoned()
            if reason and not terminated:
                terminated = True
                self._call("TerminateJob", {"jobId": job_id, "reason": reason})
