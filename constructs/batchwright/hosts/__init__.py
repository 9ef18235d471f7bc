"""What EC2 hosts of an environment are launched with."""

from batchwright.hosts.launch_template import HostLaunchTemplate
from batchwright.hosts.root_volume import RootVolume

__all__ = ["HostLaunchTemplate", "RootVolume"]
