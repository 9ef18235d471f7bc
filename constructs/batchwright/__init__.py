"""Batchwright: design, prove and ship compute-heavy AWS Batch pipelines in Python.

Every public name is imported from here: `from batchwright import ContainerJob`. Names load on first use, so a program
that needs only the local AWS or the checks never starts the CDK.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from batchwright.rooms import ROOMS

if TYPE_CHECKING:
    from batchwright.assets import container_folder, lambda_folder
    from batchwright.batch_rules import BatchRules
    from batchwright.environments.capacity.budget import CapacityBudget
    from batchwright.environments.capacity.schedule import CapacityChange, CapacitySchedule
    from batchwright.environments.container_insights import ContainerInsights
    from batchwright.environments.ec2 import Ec2Environment
    from batchwright.environments.eks.environment import EksEnvironment
    from batchwright.environments.eks.namespace import EksNamespace
    from batchwright.environments.fargate import FargateEnvironment
    from batchwright.environments.hosted.host_image import HostImage
    from batchwright.environments.hosted.host_options import HostOptions
    from batchwright.environments.hosted.launch_overrides import LaunchTemplateOverride
    from batchwright.environments.instances import Instances
    from batchwright.environments.managed_instances.environment import ManagedInstancesEnvironment
    from batchwright.environments.managed_instances.reservations import Reservations
    from batchwright.environments.offers import Fargate, OnDemand, Spot
    from batchwright.environments.service import ServiceEnvironment
    from batchwright.environments.spot import SpotEnvironment
    from batchwright.environments.unmanaged.environment import UnmanagedEnvironment
    from batchwright.environments.updates import Updates
    from batchwright.functions import ShippedFunction
    from batchwright.hosts.block_device import BlockDevice
    from batchwright.hosts.capacity_reservation import CapacityReservation
    from batchwright.hosts.cloudwatch_agent import CloudWatchAgent
    from batchwright.hosts.docker_settings import DockerSettings
    from batchwright.hosts.ebs_scratch import EbsScratch
    from batchwright.hosts.efa_driver import EfaDriver
    from batchwright.hosts.efs_mount import EfsMount
    from batchwright.hosts.growing_scratch import GrowingScratch
    from batchwright.hosts.host_script import HostScript
    from batchwright.hosts.launch_template import HostLaunchTemplate
    from batchwright.hosts.lustre_mount import LustreMount
    from batchwright.hosts.nvme_scratch import NvmeScratch
    from batchwright.hosts.part import Contribution, HostAccess, HostPart, Section, Stage
    from batchwright.hosts.registry_login import RegistryLogin
    from batchwright.hosts.root_volume import RootVolume
    from batchwright.images.job_image import JobImage
    from batchwright.images.pull_through_cache import PullThroughCache
    from batchwright.images.repository import ImageRepository
    from batchwright.jobs.consumable_resource import ConsumableResource
    from batchwright.jobs.container_job import ContainerJob
    from batchwright.jobs.containers.linux_parameters import Device, LinuxParameters, Tmpfs, Ulimit
    from batchwright.jobs.containers.log_driver import LogDriver
    from batchwright.jobs.containers.secrets import JobSecret
    from batchwright.jobs.containers.security import ContainerSecurity
    from batchwright.jobs.eks.container import PodContainer
    from batchwright.jobs.eks.job import EksJob
    from batchwright.jobs.eks.pod import Pod
    from batchwright.jobs.eks.security import SecurityContext
    from batchwright.jobs.eks.volumes import PodMount, PodVolume
    from batchwright.jobs.job_size import JobSize
    from batchwright.jobs.multi_container.container import TaskContainer
    from batchwright.jobs.multi_container.firelens import FireLens
    from batchwright.jobs.multi_container.job import MultiContainerJob
    from batchwright.jobs.multi_container.otel_collector import OtelCollector
    from batchwright.jobs.multi_node.efa import Efa
    from batchwright.jobs.multi_node.group import NodeGroup
    from batchwright.jobs.multi_node.job import MultiNodeJob
    from batchwright.jobs.retries import RetryRule, RetryStrategy
    from batchwright.jobs.revision_janitor import RevisionJanitor
    from batchwright.jobs.storage.efs_volume import EfsVolume
    from batchwright.jobs.storage.s3_files_volume import S3FilesVolume
    from batchwright.jobs.storage.volumes import HostVolume, Mount, ScratchVolume
    from batchwright.model import (
        AllocationStrategy,
        Architecture,
        Capacity,
        ConfigurationError,
        OperatingSystem,
        Platform,
        Problem,
        Requirements,
    )
    from batchwright.model.eks import EksAccess
    from batchwright.model.managed_instances import CapacityOption, ReservationPreference
    from batchwright.network.endpoints import VpcEndpoints
    from batchwright.network.vpc import Egress, Network
    from batchwright.notifications.job_state import JobStateNotifier
    from batchwright.notifications.topic import NotificationTopic
    from batchwright.pipelines.array_step import ArrayStep
    from batchwright.pipelines.batch_step import BatchStep
    from batchwright.pipelines.chain import Chain
    from batchwright.pipelines.choice import Choice
    from batchwright.pipelines.conditions import Condition, When
    from batchwright.pipelines.container_override import ContainerOverride
    from batchwright.pipelines.dependency import Dependency
    from batchwright.pipelines.fail import Fail
    from batchwright.pipelines.lambda_step import LambdaStep
    from batchwright.pipelines.parallel import Parallel
    from batchwright.pipelines.pass_step import Pass
    from batchwright.pipelines.pipeline import Pipeline
    from batchwright.pipelines.raw_state import RawState
    from batchwright.pipelines.sharded_array_step import ShardedArrayStep
    from batchwright.pipelines.step import Step
    from batchwright.pipelines.submit_options import SubmitOptions
    from batchwright.pipelines.succeed import Succeed
    from batchwright.platform import BatchPlatform
    from batchwright.queues.fair_share import FairShare, Share
    from batchwright.queues.job_queue import JobQueue
    from batchwright.queues.metrics import QueueMetric
    from batchwright.queues.quota_share import QuotaShare, Sharing
    from batchwright.queues.spot_then_on_demand import SpotThenOnDemand
    from batchwright.queues.time_limits import TimeLimits
    from batchwright.queues.training_queue import TrainingQueue
    from batchwright.triggers.s3 import S3Trigger

__all__ = [
    "AllocationStrategy",
    "Architecture",
    "ArrayStep",
    "BatchPlatform",
    "BatchRules",
    "BatchStep",
    "BlockDevice",
    "Capacity",
    "CapacityBudget",
    "CapacityChange",
    "CapacityOption",
    "CapacityReservation",
    "CapacitySchedule",
    "Chain",
    "Choice",
    "CloudWatchAgent",
    "Condition",
    "ConfigurationError",
    "ConsumableResource",
    "ContainerInsights",
    "ContainerJob",
    "ContainerOverride",
    "ContainerSecurity",
    "Contribution",
    "Dependency",
    "Device",
    "DockerSettings",
    "EbsScratch",
    "Ec2Environment",
    "Efa",
    "EfaDriver",
    "EfsMount",
    "EfsVolume",
    "Egress",
    "EksAccess",
    "EksEnvironment",
    "EksJob",
    "EksNamespace",
    "Fail",
    "FairShare",
    "Fargate",
    "FargateEnvironment",
    "FireLens",
    "GrowingScratch",
    "HostAccess",
    "HostImage",
    "HostLaunchTemplate",
    "HostOptions",
    "HostPart",
    "HostScript",
    "HostVolume",
    "ImageRepository",
    "Instances",
    "JobImage",
    "JobQueue",
    "JobSecret",
    "JobSize",
    "JobStateNotifier",
    "LambdaStep",
    "LaunchTemplateOverride",
    "LinuxParameters",
    "LogDriver",
    "LustreMount",
    "ManagedInstancesEnvironment",
    "Mount",
    "MultiContainerJob",
    "MultiNodeJob",
    "Network",
    "NodeGroup",
    "NotificationTopic",
    "NvmeScratch",
    "OnDemand",
    "OperatingSystem",
    "OtelCollector",
    "Parallel",
    "Pass",
    "Pipeline",
    "Platform",
    "Pod",
    "PodContainer",
    "PodMount",
    "PodVolume",
    "Problem",
    "PullThroughCache",
    "QueueMetric",
    "QuotaShare",
    "RawState",
    "RegistryLogin",
    "Requirements",
    "ReservationPreference",
    "Reservations",
    "RetryRule",
    "RetryStrategy",
    "RevisionJanitor",
    "RootVolume",
    "S3FilesVolume",
    "S3Trigger",
    "ScratchVolume",
    "Section",
    "SecurityContext",
    "ServiceEnvironment",
    "ShardedArrayStep",
    "Share",
    "Sharing",
    "ShippedFunction",
    "Spot",
    "SpotEnvironment",
    "SpotThenOnDemand",
    "Stage",
    "Step",
    "SubmitOptions",
    "Succeed",
    "TaskContainer",
    "TimeLimits",
    "Tmpfs",
    "TrainingQueue",
    "Ulimit",
    "UnmanagedEnvironment",
    "Updates",
    "VpcEndpoints",
    "When",
    "container_folder",
    "lambda_folder",
]


def __getattr__(name: str) -> object:
    """Load a public name from its room on first use."""
    room = ROOMS.get(name)
    if room is None:
        message = f"module 'batchwright' has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(import_module(f"batchwright.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted([*globals(), *__all__])
