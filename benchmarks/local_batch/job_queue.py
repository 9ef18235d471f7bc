"""A queue and a job definition on the local AWS, made as any client makes them: over HTTP, with boto3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from benchmarks.benchmark import BenchmarkError
from benchmarks.local_batch.docker_cli import IMAGE

if TYPE_CHECKING:
    from batchwright.local import LocalAws

_SECONDS: Final = 120


class BenchmarkQueue:
    """Runs jobs that do nothing."""

    def __init__(self, aws: LocalAws, *, at_once: int) -> None:
        """Make environment, queue and definition.

        Args:
            aws: The local AWS.
            at_once: How many jobs of one vCPU fit.
        """
        self._aws = aws
        self._batch = aws.client("batch")
        environment = self._batch.create_compute_environment(
            computeEnvironmentName="benchmark",
            type="MANAGED",
            computeResources={
                "type": "EC2",
                "minvCpus": 0,
                "maxvCpus": at_once,
                "instanceTypes": ["default_x86_64"],
                "instanceRole": f"arn:aws:iam::{aws.account}:instance-profile/benchmark",
                "subnets": ["subnet-1"],
                "securityGroupIds": ["sg-1"],
            },
        )["computeEnvironmentArn"]
        self._queue = self._batch.create_job_queue(
            jobQueueName="benchmark",
            priority=1,
            computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}],
        )["jobQueueArn"]
        self._definition = self._batch.register_job_definition(
            jobDefinitionName="benchmark",
            type="container",
            containerProperties={
                "image": IMAGE,
                "command": ["true"],
                "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}],
            },
        )["jobDefinitionArn"]

    def run_job(self) -> None:
        """Submit one job and wait for its end.

        Raises:
            BenchmarkError: it failed, or did not end in time.
        """
        self._submit_and_wait()

    def run_array(self, size: int) -> None:
        """Submit an array job and wait for its end.

        Raises:
            BenchmarkError: a child failed, or it did not end in time.
        """
        self._submit_and_wait(arrayProperties={"size": size})

    def _submit_and_wait(self, **more: Any) -> None:  # noqa: ANN401 - passed on to boto3
        job = self._batch.submit_job(jobName="benchmark", jobQueue=self._queue, jobDefinition=self._definition, **more)
        end = self._aws.batch.wait(job["jobId"], timeout=_SECONDS)
        if end is None:
            message = f"a job did not end within {_SECONDS} s"
            raise BenchmarkError(message)
        if end["status"] != "SUCCEEDED":
            reason = end.get("container", {}).get("reason") or end.get("statusReason")
            message = f"a job ended {end['status']}: {reason}"
            raise BenchmarkError(message)
