"""Sizes of jobs that fill a host without remainder."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Size
from aws_cdk import aws_ec2 as ec2

from batchwright.model import Problems
from batchwright.model.host_shares import host_share, host_share_problems
from batchwright.model.problems import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSize:
    """What one job asks for: `vcpus=size.vcpus, memory=size.memory, gpus=size.gpus`.

    Attributes:
        vcpus: vCPUs.
        memory: Memory.
        gpus: NVIDIA GPUs.
    """

    vcpus: int
    memory: Size
    gpus: int = 0

    @classmethod
    def fit(cls, instance_type: str | ec2.InstanceType, *, share: float = 1) -> JobSize:
        """The largest size of which so many jobs run on one host at a time.

        What the ECS agent and the operating system keep is taken off the memory first: 5 % and 32 MiB, as AWS advises.
        A job that asks for all that a type is said to have never starts on it.

        Args:
            instance_type: A type, such as `c7g.4xlarge`.
            share: The part of a host for one job: 1/4 for four jobs on each.

        Raises:
            ConfigurationError: The type is not known, the share is not above 0 and up to 1, or too small for one vCPU
                or one of its GPUs.
                Source: https://docs.aws.amazon.com/batch/latest/userguide/memory-management.html
        """
        name = instance_type.to_string() if isinstance(instance_type, ec2.InstanceType) else instance_type
        problems = Problems(f"JobSize.fit {shown(name)}")
        problems.extend(host_share_problems(name, share))
        problems.raise_if_any()
        part = host_share(name, share)
        return cls(vcpus=part.vcpus, memory=Size.mebibytes(part.memory_mib), gpus=part.gpus)
