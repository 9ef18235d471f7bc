"""VPCs in which Batch works from the first job, and the endpoints that existing ones need."""

from batchwright.network.endpoints import VpcEndpoints
from batchwright.network.vpc import Egress, Network

__all__ = ["Egress", "Network", "VpcEndpoints"]
