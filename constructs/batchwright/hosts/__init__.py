"""What EC2 hosts of an environment are launched with."""

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

__all__ = [
    "BlockDevice",
    "CapacityReservation",
    "CloudWatchAgent",
    "Contribution",
    "DockerSettings",
    "EbsScratch",
    "EfaDriver",
    "EfsMount",
    "GrowingScratch",
    "HostAccess",
    "HostLaunchTemplate",
    "HostPart",
    "HostScript",
    "LustreMount",
    "NvmeScratch",
    "RegistryLogin",
    "RootVolume",
    "Section",
    "Stage",
]
