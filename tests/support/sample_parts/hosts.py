"""Samples of hosts: what snapshots, invariants and rule packs look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from support.parts import vpc_of

from batchwright import (
    BlockDevice,
    CapacityReservation,
    CloudWatchAgent,
    DockerSettings,
    EbsScratch,
    EfaDriver,
    EfsMount,
    GrowingScratch,
    HostLaunchTemplate,
    HostPart,
    HostScript,
    LustreMount,
    NvmeScratch,
    RegistryLogin,
    RootVolume,
    Stage,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import aws_cdk as cdk
    from constructs import Construct

_KEY: Final = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
_SECRET: Final = "arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-abcdef"


def all_parts(stack: cdk.Stack) -> list[HostPart]:
    """One part of each kind, in no order."""
    files = efs.FileSystem.from_file_system_attributes(
        stack, "Files", file_system_id="fs-1", security_group=_group(stack, 1)
    )
    secret = secretsmanager.Secret.from_secret_complete_arn(stack, "Registry", _SECRET)
    return [
        CloudWatchAgent(disks=["/", "/scratch"], gpus=True),
        RegistryLogin(secrets=[secret]),
        EfsMount(file_system=files),
        LustreMount(
            dns_name="fs-2.fsx.us-east-1.amazonaws.com", mount_name="abcdefgh", security_groups=[_group(stack, 2)]
        ),
        NvmeScratch(docker_root=True, required=False),
        EbsScratch(gibibytes=500, path="/data", device_name="/dev/sdg"),
        GrowingScratch(max_gibibytes=3000, path="/grow"),
        DockerSettings(default_runtime="nvidia"),
        EfaDriver(),
        HostScript(script='log "hello $NAME"', variables={"NAME": "it's me"}, stage=Stage.DRIVES),
    ]


def adapters_of(scope: Construct) -> dict[str, Any]:
    """What a launch template with `EfaDriver` needs beside it."""
    group = ec2.SecurityGroup.from_security_group_id(scope, "Adapters", "sg-00000009")
    return {"efa_interfaces": 1, "security_groups": [group]}


def _group(stack: cdk.Stack, number: int) -> ec2.ISecurityGroup:
    return ec2.SecurityGroup.from_security_group_id(stack, f"Group{number}", f"sg-0000000{number}")


def _hosts_full(stack: cdk.Stack) -> None:
    key = kms.Key.from_key_arn(
        stack, "Key", "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
    )
    template = HostLaunchTemplate(
        stack,
        "Hosts",
        root_volume=RootVolume(gibibytes=200, encryption_key=key),
        parts=all_parts(stack),
        block_devices=[BlockDevice(gibibytes=10, device_name="/dev/sdh", encryption_key=key)],
        efa_interfaces=4,
        security_groups=[_group(stack, 3)],
        capacity_reservation=CapacityReservation.capacity_block("cr-00000001"),
        detailed_monitoring=True,
        metadata_tags=True,
    )
    hosts = ec2.SecurityGroup(stack, "HostGroup", vpc=vpc_of(stack), allow_all_outbound=False)
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    template.permit(role=role, connections=hosts.connections)


SAMPLES: Final[dict[str, Callable[[cdk.Stack], object]]] = {
    "hosts-minimal": lambda stack: HostLaunchTemplate(stack, "Hosts"),
    "hosts-nvme": lambda stack: HostLaunchTemplate(stack, "Hosts", parts=[NvmeScratch(docker_root=True)]),
    "hosts-of-eks": lambda stack: HostLaunchTemplate(stack, "Hosts", parts=[NvmeScratch()], ecs_agent=False),
    "hosts-full": _hosts_full,
}
"""Each builds into an empty stack."""
