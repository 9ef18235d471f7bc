"""Ways between hosts and the file systems that they mount, also across stacks."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_fsx as fsx
from support.annotations import warnings_of
from support.parts import vpc_of

from batchwright import Ec2Environment, EfsMount, HostLaunchTemplate, HostOptions, LustreMount

INGRESS = "AWS::EC2::SecurityGroupIngress"
EGRESS = "AWS::EC2::SecurityGroupEgress"


def hosts_of(stack: cdk.Stack, store: cdk.Stack, *, outbound: bool = True) -> None:
    """Hosts in one stack that mount two file systems of another, or of the same."""
    vpc = vpc_of(store)
    files = efs.FileSystem(store, "Files", vpc=vpc)
    lustre = fsx.LustreFileSystem(
        store,
        "Lustre",
        vpc=vpc,
        vpc_subnet=vpc.private_subnets[0],
        storage_capacity_gib=1200,
        lustre_configuration=fsx.LustreConfiguration(deployment_type=fsx.LustreDeploymentType.SCRATCH_2),
    )
    template = HostLaunchTemplate(stack, "Hosts", parts=[EfsMount(file_system=files), LustreMount.of(lustre)])
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc, allow_all_outbound=outbound)
    hosts = HostOptions(launch_template=template)
    Ec2Environment(stack, "Environment", vpc=vpc, hosts=hosts, security_groups=[group])


@pytest.mark.parametrize("outbound", [True, False])
@pytest.mark.parametrize("together", [True, False])
def test_file_systems_may_lie_in_another_stack(outbound: bool, together: bool) -> None:
    app = cdk.App()
    stack = cdk.Stack(app, "Compute")
    hosts_of(stack, stack if together else cdk.Stack(app, "Store"), outbound=outbound)

    template = assertions.Template.from_stack(stack)
    # NFS to EFS; Lustre's two ranges both ways. A group that everything goes out of needs no rules for that.
    assert ports_of(template, INGRESS) == [988, 988, 1018, 1018, 2049]
    assert ports_of(template, EGRESS) == ([] if outbound else [988, 1018, 2049])


def ports_of(template: assertions.Template, kind: str) -> list[int]:
    """First ports of the rules between hosts and file systems; Lustre's servers have some among themselves."""
    rules = [each["Properties"] for each in template.find_resources(kind).values()]
    return sorted(rule["FromPort"] for rule in rules if "Batch hosts" in rule["Description"])


def test_nothing_is_warned_about() -> None:
    stack = cdk.Stack(cdk.App(), "Compute")
    hosts_of(stack, stack)
    assert not any("gress" in each for each in warnings_of(stack))
