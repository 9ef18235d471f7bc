"""Compute environments: where jobs run."""

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
from batchwright.model.eks import EksAccess
from batchwright.model.managed_instances import CapacityOption, ReservationPreference

__all__ = [
    "CapacityOption",
    "ContainerInsights",
    "Ec2Environment",
    "EksAccess",
    "EksEnvironment",
    "EksNamespace",
    "Fargate",
    "FargateEnvironment",
    "HostImage",
    "HostOptions",
    "Instances",
    "LaunchTemplateOverride",
    "ManagedInstancesEnvironment",
    "OnDemand",
    "ReservationPreference",
    "Reservations",
    "ServiceEnvironment",
    "Spot",
    "SpotEnvironment",
    "UnmanagedEnvironment",
    "Updates",
]
