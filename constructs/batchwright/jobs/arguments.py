"""The kinds of a job's arguments, checked before anything is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, Size

from batchwright.contracts import Queue
from batchwright.images import JobImage
from batchwright.jobs.retries import RetryStrategy
from batchwright.model.arguments import kind_problems, text_list_problems, text_values_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.model import Problem


def argument_problems(
    *,
    image: object,
    queue: object,
    vcpus: object,
    memory: object,
    timeout: object,
    retries: object,
    command: object,
    environment: Mapping[str, object],
    parameters: Mapping[str, object],
) -> Sequence[Problem]:
    """Find arguments of another kind than `ContainerJob` takes."""
    return [
        *kind_problems("image", image, JobImage, fix="Use JobImage.from_folder(...) or JobImage.from_registry(...)."),
        *kind_problems("queue", queue, Queue, fix="Use a JobQueue, or the queue of a BatchPlatform."),
        *kind_problems("vcpus", vcpus, (int, float), fix="Use a number, such as 2."),
        *kind_problems("memory", memory, Size, fix="Use Size.gibibytes(4)."),
        *kind_problems("timeout", timeout, Duration, fix="Use Duration.hours(1)."),
        *kind_problems("retries", retries, RetryStrategy, fix="Use RetryStrategy.interruptions(attempts=3)."),
        *text_list_problems("command", command, fix='Use ["python", "main.py"].'),
        *text_values_problems("environment", environment),
        *text_values_problems("parameters", parameters),
    ]
