"""Job definitions: what runs, and with what."""

from batchwright.jobs.consumable_resource import ConsumableResource
from batchwright.jobs.container_job import ContainerJob
from batchwright.jobs.container_security import ContainerSecurity
from batchwright.jobs.efs_volume import EfsVolume
from batchwright.jobs.eks_container import PodContainer
from batchwright.jobs.eks_job import EksJob
from batchwright.jobs.eks_pod import Pod
from batchwright.jobs.eks_security import SecurityContext
from batchwright.jobs.eks_volumes import PodMount, PodVolume
from batchwright.jobs.job_size import JobSize
from batchwright.jobs.linux_parameters import Device, LinuxParameters, Tmpfs, Ulimit
from batchwright.jobs.log_driver import LogDriver
from batchwright.jobs.multi_container import TaskContainer
from batchwright.jobs.multi_container_firelens import FireLens
from batchwright.jobs.multi_container_job import MultiContainerJob
from batchwright.jobs.multi_node_efa import Efa
from batchwright.jobs.multi_node_group import NodeGroup
from batchwright.jobs.multi_node_job import MultiNodeJob
from batchwright.jobs.otel_collector import OtelCollector
from batchwright.jobs.retries import RetryRule, RetryStrategy
from batchwright.jobs.s3_files_volume import S3FilesVolume
from batchwright.jobs.secrets import JobSecret
from batchwright.jobs.volumes import HostVolume, Mount, ScratchVolume

__all__ = [
    "ConsumableResource",
    "ContainerJob",
    "ContainerSecurity",
    "Device",
    "Efa",
    "EfsVolume",
    "EksJob",
    "FireLens",
    "HostVolume",
    "JobSecret",
    "JobSize",
    "LinuxParameters",
    "LogDriver",
    "Mount",
    "MultiContainerJob",
    "MultiNodeJob",
    "NodeGroup",
    "OtelCollector",
    "Pod",
    "PodContainer",
    "PodMount",
    "PodVolume",
    "RetryRule",
    "RetryStrategy",
    "S3FilesVolume",
    "ScratchVolume",
    "SecurityContext",
    "TaskContainer",
    "Tmpfs",
    "Ulimit",
]
