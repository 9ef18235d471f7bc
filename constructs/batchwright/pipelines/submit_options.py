"""The less usual parts of a submission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import aws_cdk as cdk

    from batchwright.contracts import Queue
    from batchwright.jobs.retries import RetryStrategy
    from batchwright.pipelines.container_override import ContainerOverride


@dataclass(frozen=True, slots=True)
class SubmitOptions:
    """The less usual parts of a submission; what is left out comes from the job definition.

    Text that is a JSONPath (`$.vcpus`) is looked up in the state when the job is submitted.

    Attributes:
        job_name: Name of the submitted job, up to 128 letters, digits, hyphens and underscores. Default: the step's
            name, cleaned.
        queue: Another queue than the job's own, of the same platform and architecture.
        vcpus: vCPUs of one attempt.
        memory: Memory of one attempt.
        gpus: GPUs of one attempt.
        retries: When Batch tries again, instead of the definition's strategy and all of its rules:
            `RetryStrategy.interruptions(attempts=5)` for more attempts after interruptions only.
        timeout: How long one attempt may run, 60 seconds or more.
        share_identifier: Share of a fair-share queue, up to 255 letters and digits.
        scheduling_priority: Priority within the share, 0 to 9,999; higher goes first.
        tags: Up to 50 tags for the job, passed on to its task; on EKS for the job only.
        container: The container that the step's `environment` and `command`, and here the amounts and `args`, are for;
            needed in a job of several.
        args: On EKS the arguments for the entry point, in place of the definition's; `command` is the entry point.
        overrides: What is changed of more containers, or of another group of nodes.
        node_group: The group of nodes that they are for, counted from 0; by default every group.
        nodes: How many nodes a multi-node job gets, instead of the definition's; the last group grows or shrinks.
    """

    job_name: str | None = None
    queue: Queue | None = None
    vcpus: float | str | None = None
    memory: cdk.Size | None = None
    gpus: int | str | None = None
    retries: RetryStrategy | None = None
    timeout: cdk.Duration | None = None
    share_identifier: str | None = None
    scheduling_priority: int | None = None
    tags: Mapping[str, str] | None = None
    container: str | None = None
    args: Sequence[str] = ()
    overrides: Sequence[ContainerOverride] = ()
    node_group: int | None = None
    nodes: int | str | None = None
