"""Batchwright: design, prove and ship compute-heavy AWS Batch pipelines in Python.

Every public name is imported from here: `from batchwright import ContainerJob`. Names load on first use, so a program
that needs only the local AWS or the checks never starts the CDK.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from batchwright.assets import container_folder, lambda_folder
    from batchwright.batch_rules import BatchRules
    from batchwright.environments import (
        Ec2Environment,
        Fargate,
        FargateEnvironment,
        Instances,
        OnDemand,
        Spot,
        SpotEnvironment,
    )
    from batchwright.functions import ShippedFunction
    from batchwright.hosts import HostLaunchTemplate, RootVolume
    from batchwright.images import ImageRepository, JobImage
    from batchwright.jobs import ContainerJob, RetryRule, RetryStrategy
    from batchwright.model import Architecture, Capacity, ConfigurationError, Platform, Problem, Requirements
    from batchwright.network import Egress, Network
    from batchwright.notifications import JobStateNotifier, NotificationTopic
    from batchwright.pipelines import (
        ArrayStep,
        BatchStep,
        Chain,
        Choice,
        Condition,
        Fail,
        LambdaStep,
        Parallel,
        Pass,
        Pipeline,
        RawState,
        Step,
        SubmitOptions,
        Succeed,
        When,
    )
    from batchwright.platform import BatchPlatform
    from batchwright.queues import JobQueue, TimeLimits
    from batchwright.triggers import S3Trigger

_ROOMS: Final = {
    "Architecture": "model",
    "ArrayStep": "pipelines",
    "BatchPlatform": "platform",
    "BatchRules": "batch_rules",
    "BatchStep": "pipelines",
    "Capacity": "model",
    "Chain": "pipelines",
    "Choice": "pipelines",
    "Condition": "pipelines",
    "ConfigurationError": "model",
    "ContainerJob": "jobs",
    "Ec2Environment": "environments",
    "Egress": "network",
    "Fail": "pipelines",
    "Fargate": "environments",
    "FargateEnvironment": "environments",
    "HostLaunchTemplate": "hosts",
    "ImageRepository": "images",
    "Instances": "environments",
    "JobImage": "images",
    "JobQueue": "queues",
    "JobStateNotifier": "notifications",
    "LambdaStep": "pipelines",
    "Network": "network",
    "NotificationTopic": "notifications",
    "OnDemand": "environments",
    "Parallel": "pipelines",
    "Pass": "pipelines",
    "Pipeline": "pipelines",
    "Platform": "model",
    "Problem": "model",
    "RawState": "pipelines",
    "Requirements": "model",
    "RetryRule": "jobs",
    "RetryStrategy": "jobs",
    "RootVolume": "hosts",
    "S3Trigger": "triggers",
    "ShippedFunction": "functions",
    "Spot": "environments",
    "SpotEnvironment": "environments",
    "Step": "pipelines",
    "SubmitOptions": "pipelines",
    "Succeed": "pipelines",
    "TimeLimits": "queues",
    "When": "pipelines",
    "container_folder": "assets",
    "lambda_folder": "assets",
}

__all__ = [
    "Architecture",
    "ArrayStep",
    "BatchPlatform",
    "BatchRules",
    "BatchStep",
    "Capacity",
    "Chain",
    "Choice",
    "Condition",
    "ConfigurationError",
    "ContainerJob",
    "Ec2Environment",
    "Egress",
    "Fail",
    "Fargate",
    "FargateEnvironment",
    "HostLaunchTemplate",
    "ImageRepository",
    "Instances",
    "JobImage",
    "JobQueue",
    "JobStateNotifier",
    "LambdaStep",
    "Network",
    "NotificationTopic",
    "OnDemand",
    "Parallel",
    "Pass",
    "Pipeline",
    "Platform",
    "Problem",
    "RawState",
    "Requirements",
    "RetryRule",
    "RetryStrategy",
    "RootVolume",
    "S3Trigger",
    "ShippedFunction",
    "Spot",
    "SpotEnvironment",
    "Step",
    "SubmitOptions",
    "Succeed",
    "TimeLimits",
    "When",
    "container_folder",
    "lambda_folder",
]


def __getattr__(name: str) -> object:
    """Load a public name from its room on first use."""
    room = _ROOMS.get(name)
    if room is None:
        message = f"module 'batchwright' has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(import_module(f"batchwright.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted([*globals(), *__all__])
