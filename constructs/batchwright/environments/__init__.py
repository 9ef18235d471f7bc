"""Compute environments: where jobs run."""

from batchwright.environments.ec2 import Ec2Environment
from batchwright.environments.fargate import FargateEnvironment
from batchwright.environments.instances import Instances
from batchwright.environments.offers import Fargate, OnDemand, Spot
from batchwright.environments.spot import SpotEnvironment

__all__ = ["Ec2Environment", "Fargate", "FargateEnvironment", "Instances", "OnDemand", "Spot", "SpotEnvironment"]
