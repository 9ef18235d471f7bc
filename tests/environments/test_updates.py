"""What a change of each option does to the template, against what AWS does with such a change."""

from __future__ import annotations

import inspect
from dataclasses import fields as dataclass_fields
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from support.parts import HOSTED, KINDS, SERVERLESS, environment_of, vpc_of
from support.synthesis import Template, new_stack, synthesize

from batchwright import (
    AllocationStrategy,
    ContainerInsights,
    Ec2Environment,
    FargateEnvironment,
    HostImage,
    HostLaunchTemplate,
    HostOptions,
    Instances,
    LaunchTemplateOverride,
    RootVolume,
    SpotEnvironment,
    Updates,
)
from batchwright.model.environment_changes import CHANGES, Effect, effects

if TYPE_CHECKING:
    from collections.abc import Callable

    import aws_cdk as cdk

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
Options = dict[str, Any]
Maker = "Callable[[cdk.Stack], Options]"


def _role(stack: cdk.Stack, name: str) -> iam.IRole:
    return iam.Role.from_role_arn(stack, name, f"arn:aws:iam::123456789012:role/{name}")


def _group(stack: cdk.Stack) -> ec2.ISecurityGroup:
    return ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001")


def _override(stack: cdk.Stack) -> LaunchTemplateOverride:
    return LaunchTemplateOverride(instances=["c7i"], template=HostLaunchTemplate(stack, "Others"))


def _placement_group(stack: cdk.Stack) -> ec2.IPlacementGroup:
    return ec2.PlacementGroup.from_placement_group_name(stack, "Near", "near")


EVERYWHERE: dict[str, Callable[[cdk.Stack], Options]] = {
    "vpc": lambda stack: {"vpc": vpc_of(stack, construct_id="Other", subnets=3)},
    "subnets": lambda _: {"subnets": ec2.SubnetSelection(availability_zones=["us-east-1a"])},
    "security_groups": lambda stack: {"security_groups": [_group(stack)]},
    "max_vcpus": lambda _: {"max_vcpus": 8},
    "container_insights": lambda _: {"container_insights": ContainerInsights.ENABLED},
    "tags": lambda _: {"tags": {"team": "imaging"}},
    "enabled": lambda _: {"enabled": False},
}
ON_HOSTS: dict[str, Callable[[cdk.Stack], Options]] = {
    **EVERYWHERE,
    "instances": lambda _: {"instances": Instances.of("m7i", "c7i")},
    "min_vcpus": lambda _: {"min_vcpus": 4},
    "scale_down_delay": lambda _: {"scale_down_delay": Duration.minutes(20)},
    "strategy": lambda _: {"strategy": AllocationStrategy.BEST_FIT_PROGRESSIVE_ORDERED},
    "service_role": lambda stack: {"service_role": _role(stack, "batch"), "updates": Updates(replace=True)},
    "hosts.launch_template": lambda stack: {"hosts": HostOptions(launch_template=HostLaunchTemplate(stack, "Mine"))},
    "hosts.launch_template_overrides": lambda stack: {
        "instances": Instances.of("c7i"),
        "hosts": HostOptions(launch_template_overrides=[_override(stack)]),
    },
    "hosts.images": lambda _: {"hosts": HostOptions(images=[HostImage.ami("ami-00000001")])},
    "hosts.role": lambda stack: {"hosts": HostOptions(role=_role(stack, "hosts"))},
    "hosts.placement_group": lambda stack: {"hosts": HostOptions(placement_group=_placement_group(stack))},
    "hosts.key_pair": lambda stack: {
        "hosts": HostOptions(key_pair=ec2.KeyPair.from_key_pair_name(stack, "Key", "operators"))
    },
    "hosts.tags": lambda _: {"hosts": HostOptions(tags={"team": "imaging"})},
    "hosts.desired_vcpus": lambda _: {"hosts": HostOptions(desired_vcpus=4)},
    "updates.timeout": lambda _: {"updates": Updates(timeout=Duration.hours(1))},
    "updates.terminate_jobs": lambda _: {"updates": Updates(terminate_jobs=True)},
    "updates.replace": lambda _: {"updates": Updates(replace=True)},
    "updates.latest_image": lambda _: {"updates": Updates(latest_image=False)},
}
BY_KIND: dict[str, dict[str, Callable[[cdk.Stack], Options]]] = {
    "EC2": ON_HOSTS,
    "SPOT": {
        **ON_HOSTS,
        "strategy": lambda _: {"strategy": AllocationStrategy.SPOT_CAPACITY_OPTIMIZED},
        "bid_percentage": lambda _: {"bid_percentage": 80},
        "spot_fleet_role": lambda stack: {
            "spot_fleet_role": _role(stack, "fleet"),
            "strategy": AllocationStrategy.BEST_FIT,
            "updates": Updates(replace=True),
        },
    },
    "FARGATE": {**EVERYWHERE, "service_role": lambda stack: {"service_role": _role(stack, "batch")}},
    "FARGATE_SPOT": {**EVERYWHERE, "service_role": lambda stack: {"service_role": _role(stack, "batch")}},
}
# What comes along with a change by nature: an image that is fixed is not kept up to date, and so on.
ALONG: dict[str, set[str]] = {
    "hosts.images": {"ComputeResources.UpdateToLatestImageVersion"},
    "hosts.launch_template_overrides": {"ComputeResources.InstanceTypes"},
    "vpc": {"ComputeResources.SecurityGroupIds"},
    "updates.replace": {"UpdatePolicy"},
    "service_role": {"UpdatePolicy", "ReplaceComputeEnvironment"},
    "spot_fleet_role": {"UpdatePolicy", "ReplaceComputeEnvironment", "ComputeResources.AllocationStrategy"},
}
CASES = [(kind, option) for kind, options in BY_KIND.items() for option in options]
CLASSES = {"EC2": Ec2Environment, "SPOT": SpotEnvironment, "FARGATE": FargateEnvironment}


def _template(kind: str, option: str | None) -> Template:
    stack = new_stack()
    environment_of(stack, kind, **(BY_KIND[kind][option](stack) if option else {}))
    return synthesize(stack)


def _flat(template: Template) -> tuple[str, dict[str, Any]]:
    """The environment's logical id, and its properties by their paths."""
    ((logical_id, properties),) = template.of_type(ENVIRONMENT).items()
    top = {name: value for name, value in properties.items() if name != "ComputeResources"}
    below = {f"ComputeResources.{name}": value for name, value in properties["ComputeResources"].items()}
    return logical_id, {**top, **below}


def _changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


@pytest.mark.parametrize(("kind", "option"), CASES)
def test_a_change_replaces_nothing_that_aws_can_update(kind: str, option: str) -> None:
    (old_id, before), (new_id, after) = _flat(_template(kind, None)), _flat(_template(kind, option))
    # The hosts' profile stays, and takes another role by itself.
    expected = {change.path for change in CHANGES if option in change.options and option != "hosts.role"}
    changed = _changed(before, after)
    known = effects(fargate=kind in SERVERLESS)

    assert expected <= changed <= expected | ALONG.get(option, set())
    replaced = {path for path in changed if known[path] is Effect.REPLACED}
    assert replaced == {"service_role": {"ServiceRole"}, "tags": {"Tags"}}.get(
        option, {"ComputeResources.SpotIamFleetRole"} if option == "spot_fleet_role" else set()
    )
    assert (old_id == new_id) is (option not in {"service_role", "spot_fleet_role"})


@pytest.mark.parametrize("kind", HOSTED)
def test_an_edit_of_the_launch_template_reaches_the_hosts(kind: str) -> None:
    templates = []
    for gibibytes in (100, 200):
        stack = new_stack()
        hosts = HostLaunchTemplate(stack, "Hosts", root_volume=RootVolume(gibibytes=gibibytes))
        environment_of(stack, kind, hosts=HostOptions(launch_template=hosts))
        templates.append(synthesize(stack))
    before, after = templates
    ((logical_id, _),) = before.of_type("AWS::EC2::LaunchTemplate").items()
    assert before.of_type("AWS::EC2::LaunchTemplate") != after.of_type("AWS::EC2::LaunchTemplate")
    assert _flat(before) == _flat(after)
    # CloudFormation counts the version up, and so this value changes with it.
    specification = after.only(ENVIRONMENT)["ComputeResources"]["LaunchTemplate"]
    assert specification["Version"] == {"Fn::GetAtt": [logical_id, "LatestVersionNumber"]}


@pytest.mark.parametrize("kind", HOSTED)
def test_what_aws_cannot_change_gets_another_id(kind: str) -> None:
    stack = new_stack()
    environment_of(stack, kind, strategy=AllocationStrategy.BEST_FIT, updates=Updates(replace=True))
    assert _flat(synthesize(stack))[0] != _flat(_template(kind, None))[0]


def test_fargate_and_fargate_spot_have_other_ids() -> None:
    assert _flat(_template("FARGATE", None))[0] != _flat(_template("FARGATE_SPOT", None))[0]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_option_was_tried(kind: str) -> None:
    options = set(inspect.signature(CLASSES[kind].__init__).parameters) - {
        "self",
        "scope",
        "construct_id",
        "hosts",
        "updates",
        "spot",
    }
    if kind in HOSTED:
        options |= {f"hosts.{field.name}" for field in dataclass_fields(HostOptions)}
        options |= {f"updates.{field.name}" for field in dataclass_fields(Updates)}
    assert options == set(BY_KIND[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_every_rendered_property_is_in_the_table(kind: str) -> None:
    for option in (None, *BY_KIND[kind]):
        assert _flat(_template(kind, option))[1].keys() <= effects(fargate=kind in SERVERLESS).keys()


class TestAgainstCloudFormation:
    """The table against the resource's own schema, of which CloudFormation itself makes its decision."""

    SCHEMA = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", ENVIRONMENT).schema
    # Of environments on EKS and ECS Managed Instances, of unmanaged ones, and what AWS keeps for itself.
    ELSEWHERE = (
        "EksConfiguration",
        "UnmanagedvCpus",
        "ComputeResources.ManagedInstances",
        "ComputeResources.Capacity",
        "Context",
    )

    def paths(self, name: str) -> set[str]:
        listed = (path.removeprefix("/properties/").replace("/", ".") for path in self.SCHEMA[name])
        return {path for path in listed if not path.startswith(self.ELSEWHERE)}

    def test_it_has_every_property(self) -> None:
        top = {name for name in self.SCHEMA["properties"] if name != "ComputeResources"}
        below = {f"ComputeResources.{name}" for name in self.SCHEMA["definitions"]["ComputeResources"]["properties"]}
        read_only = self.paths("readOnlyProperties")
        wanted = {path for path in top | below if not path.startswith(self.ELSEWHERE)} - read_only
        assert {change.path for change in CHANGES} == wanted

    def test_what_replaces_there_replaces_here(self) -> None:
        replaced = {change.path for change in CHANGES if change.hosts is Effect.REPLACED}
        # The service role is one that AWS cannot change, although CloudFormation would try.
        assert replaced == self.paths("createOnlyProperties") | {"ServiceRole"}

    def test_what_replaces_on_a_condition_is_updated_here(self) -> None:
        conditional = self.paths("conditionalCreateOnlyProperties")
        assert {effects(fargate=False)[path] for path in conditional} <= {Effect.NEW_HOSTS, Effect.IN_PLACE}
        new_hosts = {change.path for change in CHANGES if change.hosts is Effect.NEW_HOSTS}
        # The API says of this one that hosts are replaced.
        assert new_hosts <= conditional | {"ComputeResources.UpdateToLatestImageVersion"}


def test_a_timeout_beside_a_replacement_is_shown_as_written() -> None:
    updates = Updates(replace=True, timeout=Duration.minutes(90), terminate_jobs=True)
    timeout, terminate = updates.problems()
    assert str(timeout).startswith("updates.timeout = '1 hour 30 minutes': allowed is nothing together with replace")
    assert str(terminate).startswith("updates.terminate_jobs = True: ")
