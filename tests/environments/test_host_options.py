"""Options of hosts on EC2 and Spot environments, and the profiles that bring some along."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam
from support.annotations import warnings_of
from support.parts import HOSTED, environment_of, vpc_of
from support.problems import fields, refused
from support.synthesis import Template, new_stack, synthesize

from batchwright import (
    AllocationStrategy,
    Ec2Environment,
    EfsMount,
    HostImage,
    HostLaunchTemplate,
    HostOptions,
    Instances,
    LaunchTemplateOverride,
    NvmeScratch,
    SpotEnvironment,
    Updates,
)

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
HPC = Instances.hpc("hpc7a.96xlarge")


def built(kind: str = "EC2", **options: Any) -> Template:  # noqa: ANN401
    stack = new_stack()
    environment_of(stack, kind, **options)
    return synthesize(stack)


def resources_of(kind: str = "EC2", **options: Any) -> dict[str, Any]:  # noqa: ANN401
    found: dict[str, Any] = built(kind, **options).only(ENVIRONMENT)["ComputeResources"]
    return found


def own_warnings_of(stack: cdk.Stack) -> list[str]:
    return [each for each in warnings_of(stack) if "batchwright:" in each]


class TestImages:
    @pytest.mark.parametrize(
        ("image", "override"),
        [(HostImage.ami("ami-00000001"), "ami-00000001"), (HostImage.newest("ECS_AL2023"), None)],
    )
    def test_the_image_asked_for(self, image: HostImage, override: str | None) -> None:
        resources = resources_of(hosts=HostOptions(images=[image]))
        (configuration,) = resources["Ec2Configuration"]
        assert configuration["ImageType"] == "ECS_AL2023"
        assert configuration.get("ImageIdOverride") == override
        assert resources["UpdateToLatestImageVersion"] is (override is None)

    def test_a_fixed_image_of_gpu_hosts_is_for_gpu_hosts(self) -> None:
        hosts = HostOptions(images=[HostImage.ami("ami-00000001")])
        (configuration,) = resources_of(instances=Instances.gpu(), hosts=hosts)["Ec2Configuration"]
        assert configuration == {"ImageType": "ECS_AL2023_NVIDIA", "ImageIdOverride": "ami-00000001"}

    def test_a_parameter_is_read_once_a_deployment(self) -> None:
        template = built(hosts=HostOptions(images=[HostImage.parameter("/images/hosts")]))
        (configuration,) = template.only(ENVIRONMENT)["ComputeResources"]["Ec2Configuration"]
        parameter = template.body["Parameters"][configuration["ImageIdOverride"]["Ref"]]
        assert parameter == {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": "/images/hosts"}

    def test_an_image_of_the_cdk(self) -> None:
        image = HostImage.machine_image(ec2.MachineImage.generic_linux({"us-east-1": "ami-00000002"}))
        stack = new_stack(account="123456789012", region="us-east-1")
        environment_of(stack, "EC2", hosts=HostOptions(images=[image]))
        (configuration,) = synthesize(stack).only(ENVIRONMENT)["ComputeResources"]["Ec2Configuration"]
        assert configuration["ImageIdOverride"] == "ami-00000002"

    @pytest.mark.parametrize("instances", [Instances.neuron(), Instances.of("trn1", "inf2.xlarge")])
    def test_inferentia_and_trainium_get_the_neuron_image(self, instances: Instances) -> None:
        template = built(instances=instances)
        resources = template.only(ENVIRONMENT)["ComputeResources"]
        (configuration,) = resources["Ec2Configuration"]
        parameter = template.body["Parameters"][configuration["ImageIdOverride"]["Ref"]]["Default"]
        assert parameter == "/aws/service/ecs/optimized-ami/amazon-linux-2023/neuron/recommended/image_id"
        assert resources["UpdateToLatestImageVersion"] is False

    def test_they_do_not_mix_with_others_unless_the_image_is_given(self) -> None:
        mixed = Instances.of("inf2", "c7i")
        assert fields(refused(lambda: built(instances=mixed))) == ["instances"]
        built(instances=mixed, hosts=HostOptions(images=[HostImage.ami("ami-00000001")]))

    @pytest.mark.parametrize(
        ("instances", "image_type"),
        [(Instances.gpu(), "ECS_AL2023"), (Instances.graviton(), "ECS_AL2023_NVIDIA")],
    )
    def test_an_image_that_no_instance_is_for_is_refused(self, instances: Instances, image_type: str) -> None:
        hosts = HostOptions(images=[HostImage.newest(image_type)])
        assert fields(refused(lambda: built(instances=instances, hosts=hosts))) == ["hosts.images"]

    def test_an_image_of_the_launch_template_is_kept_too(self) -> None:
        stack = new_stack()
        hosts = HostOptions(launch_template=HostLaunchTemplate(stack, "Hosts", image_id="ami-00000001"))
        always = Updates(latest_image=True)
        error = refused(lambda: environment_of(stack, "EC2", hosts=hosts, updates=always))
        assert fields(error) == ["updates.latest_image"]
        environment_of(stack, "EC2", "Good", hosts=hosts)
        assert synthesize(stack).only(ENVIRONMENT)["ComputeResources"]["UpdateToLatestImageVersion"] is False

    def test_two_images_of_one_type_are_refused(self) -> None:
        hosts = HostOptions(images=[HostImage.ami("ami-00000001"), HostImage.ami("ami-00000002")])
        assert fields(refused(lambda: built(hosts=hosts))) == ["hosts.images"]


class TestOverrides:
    def test_each_names_its_own_template_by_number(self) -> None:
        stack = new_stack()
        override = LaunchTemplateOverride(instances=["g6"], template=HostLaunchTemplate(stack, "Gpus"))
        hosts = HostOptions(launch_template_overrides=[override])
        environment_of(stack, "EC2", instances=Instances.of("c7i", "g6"), hosts=hosts)
        template = synthesize(stack)
        specification = template.only(ENVIRONMENT)["ComputeResources"]["LaunchTemplate"]
        ((gpus, _),) = [pair for pair in template.of_type("AWS::EC2::LaunchTemplate").items() if "Gpus" in pair[0]]
        assert specification["Overrides"] == [
            {
                "LaunchTemplateId": {"Ref": gpus},
                "Version": {"Fn::GetAtt": [gpus, "LatestVersionNumber"]},
                "TargetInstanceTypes": ["g6"],
            }
        ]
        assert specification["LaunchTemplateId"] != {"Ref": gpus}

    @pytest.mark.parametrize("targets", [["default_x86_64"], ["m7i"], ["c7i", "c7i.large"], [], "c7i", ["c7i"] * 2])
    def test_targets_are_some_of_the_instances_once_each(self, targets: list[str]) -> None:
        stack = new_stack()
        override = LaunchTemplateOverride(instances=targets, template=HostLaunchTemplate(stack, "Others"))
        hosts = HostOptions(launch_template_overrides=[override])
        error = refused(lambda: environment_of(stack, "EC2", instances=Instances.of("c7i"), hosts=hosts))
        assert set(fields(error)) == {"hosts.launch_template_overrides[0].instances"}

    def test_there_are_ten_at_most(self) -> None:
        stack = new_stack()
        template = HostLaunchTemplate(stack, "Others")
        types = [f"c7i.{size}xlarge" for size in (2, 4, 8, 12, 16, 24, 48)] + ["m7i", "r7i", "m6i", "r6i"]
        overrides = [LaunchTemplateOverride(instances=[name], template=template) for name in types]
        hosts = HostOptions(launch_template_overrides=overrides)
        error = refused(lambda: environment_of(stack, "EC2", instances=Instances.of(*types), hosts=hosts))
        assert fields(error) == ["hosts.launch_template_overrides"]


class TestPermissions:
    @pytest.mark.parametrize("kind", HOSTED)
    def test_hosts_may_do_what_their_launch_template_needs(self, kind: str) -> None:
        stack = new_stack()
        vpc = vpc_of(stack)
        files = efs.FileSystem(stack, "Files", vpc=vpc)
        template = HostLaunchTemplate(stack, "Hosts", parts=[EfsMount(file_system=files, path="/data")])
        environment_of(stack, kind, hosts=HostOptions(launch_template=template))
        found = synthesize(stack)
        assert [rule["FromPort"] for rule in found.of_type("AWS::EC2::SecurityGroupIngress").values()] == [2049]
        policies = set(found.of_type("AWS::IAM::Policy"))
        assert policies <= set(found.raw(ENVIRONMENT)[0].get("DependsOn", []))


class TestHpc:
    def test_hosts_stand_close_together_and_reach_each_other(self) -> None:
        template = built(instances=HPC)
        resources = template.only(ENVIRONMENT)["ComputeResources"]
        ((group, _),) = template.of_type("AWS::EC2::SecurityGroup").items()
        ((near, placement),) = template.of_type("AWS::EC2::PlacementGroup").items()
        itself = {"Fn::GetAtt": [group, "GroupId"]}
        assert placement == {"Strategy": "cluster"}
        assert resources["PlacementGroup"] == {"Fn::GetAtt": [near, "GroupName"]}
        assert resources["Subnets"] == ["subnet-00000001"]
        assert template.only("AWS::EC2::SecurityGroupIngress")["SourceSecurityGroupId"] == itself
        assert template.only("AWS::EC2::SecurityGroupEgress")["DestinationSecurityGroupId"] == itself

    def test_the_adapters_bring_the_group(self) -> None:
        template = built(instances=HPC)
        interfaces = template.only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["NetworkInterfaces"]
        ((group, _),) = template.of_type("AWS::EC2::SecurityGroup").items()
        assert [each["InterfaceType"] for each in interfaces] == ["efa", "efa-only"]
        assert all(each["Groups"] == [{"Fn::GetAtt": [group, "GroupId"]}] for each in interfaces)
        assert "SecurityGroupIds" not in template.only(ENVIRONMENT)["ComputeResources"]

    def test_jobs_know_of_the_adapters(self) -> None:
        assert environment_of(new_stack(), "EC2", instances=HPC).capacity.efa_interfaces == 2
        assert environment_of(new_stack(), "EC2").capacity.efa_interfaces == 0

    def test_several_zones_are_refused(self) -> None:
        subnets = ec2.SubnetSelection(availability_zones=["us-east-1a", "us-east-1b"])
        assert fields(refused(lambda: built(instances=HPC, subnets=subnets))) == ["subnets"]
        built(instances=HPC, subnets=ec2.SubnetSelection(availability_zones=["us-east-1b"]))

    def test_spot_is_refused(self) -> None:
        assert fields(refused(lambda: built("SPOT", instances=HPC))) == ["instances"]

    @pytest.mark.parametrize("adapters", [0, 3])
    def test_a_launch_template_has_as_many_adapters_as_the_instances_take(self, adapters: int) -> None:
        stack = new_stack()
        group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001")
        groups = [group] if adapters else []
        template = HostLaunchTemplate(stack, "Hosts", efa_interfaces=adapters, security_groups=groups)
        options = {"instances": HPC, "hosts": HostOptions(launch_template=template), "security_groups": [group]}
        error = refused(lambda: environment_of(stack, "EC2", **options))
        assert fields(error) == ["hosts.launch_template"]

    def test_the_groups_of_a_given_launch_template_are_named(self) -> None:
        stack = new_stack()
        group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001")
        template = HostLaunchTemplate(stack, "Hosts", efa_interfaces=1, security_groups=[group])
        hosts = HostOptions(launch_template=template)
        error = refused(lambda: environment_of(stack, "EC2", instances=HPC, hosts=hosts))
        assert fields(error) == ["security_groups"]
        found = environment_of(stack, "EC2", "Good", instances=HPC, hosts=hosts, security_groups=[group])
        assert found.capacity.efa_interfaces == 1


class TestNvme:
    @pytest.mark.parametrize("kind", HOSTED)
    def test_the_drives_become_scratch(self, kind: str) -> None:
        environment = environment_of(new_stack(), kind, instances=Instances.nvme())
        assert isinstance(environment, Ec2Environment | SpotEnvironment)
        assert environment.launch_template.needs_drives

    def test_a_launch_template_that_needs_drives_needs_instances_with_drives(self) -> None:
        stack = new_stack()
        hosts = HostOptions(launch_template=HostLaunchTemplate(stack, "Hosts", parts=[NvmeScratch()]))
        error = refused(lambda: environment_of(stack, "EC2", instances=Instances.of("m7i", "m6id"), hosts=hosts))
        assert fields(error) == ["instances"]
        environment_of(stack, "EC2", "Good", instances=Instances.of("m6id", "i4i.large"), hosts=hosts)


class TestStrategies:
    @pytest.mark.parametrize(
        ("kind", "strategy"),
        [
            ("EC2", "BEST_FIT_PROGRESSIVE_ORDERED"),
            ("SPOT", "SPOT_CAPACITY_OPTIMIZED"),
            ("SPOT", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED"),
            ("SPOT", "BEST_FIT_PROGRESSIVE"),
        ],
    )
    def test_the_strategy_asked_for(self, kind: str, strategy: str) -> None:
        resources = resources_of(kind, strategy=AllocationStrategy(strategy))
        assert resources["AllocationStrategy"] == strategy
        assert "SpotIamFleetRole" not in resources

    @pytest.mark.parametrize(
        ("kind", "strategy"),
        [
            ("EC2", "SPOT_CAPACITY_OPTIMIZED"),
            ("EC2", "SPOT_PRICE_CAPACITY_OPTIMIZED"),
            ("EC2", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED"),
            ("SPOT", "BEST_FIT_PROGRESSIVE_ORDERED"),
        ],
    )
    def test_one_of_the_other_kind_is_refused(self, kind: str, strategy: str) -> None:
        error = refused(lambda: built(kind, strategy=AllocationStrategy(strategy)))
        assert fields(error) == ["strategy"]

    @pytest.mark.parametrize("kind", HOSTED)
    def test_best_fit_takes_a_new_environment_for_each_change(self, kind: str) -> None:
        error = refused(lambda: built(kind, strategy=AllocationStrategy.BEST_FIT))
        assert fields(error) == ["strategy"]
        assert "Updates(replace=True)" in str(error)
        properties = built(kind, strategy=AllocationStrategy.BEST_FIT, updates=Updates(replace=True)).only(ENVIRONMENT)
        assert properties["ReplaceComputeEnvironment"] is True
        assert "UpdatePolicy" not in properties

    def test_best_fit_on_spot_gets_a_fleet_role_that_can_tag(self) -> None:
        template = built("SPOT", strategy=AllocationStrategy.BEST_FIT, updates=Updates(replace=True))
        name = template.only(ENVIRONMENT)["ComputeResources"]["SpotIamFleetRole"]["Fn::GetAtt"][0]
        (policy,) = template.resources[name]["Properties"]["ManagedPolicyArns"]
        assert policy["Fn::Join"][1][-1] == ":iam::aws:policy/service-role/AmazonEC2SpotFleetTaggingRole"

    def test_a_given_fleet_role_is_used(self) -> None:
        stack = new_stack()
        role = iam.Role.from_role_arn(stack, "Fleet", "arn:aws:iam::123456789012:role/fleet")
        environment = environment_of(
            stack,
            "SPOT",
            strategy=AllocationStrategy.BEST_FIT,
            updates=Updates(replace=True),
            spot_fleet_role=role,
        )
        assert isinstance(environment, SpotEnvironment)
        assert environment.spot_fleet_role is role

    @pytest.mark.parametrize("kind", HOSTED)
    def test_an_own_service_role_takes_a_new_environment_for_each_change(self, kind: str) -> None:
        stack = new_stack()
        role = iam.Role(stack, "Service", assumed_by=iam.ServicePrincipal("batch.amazonaws.com"))
        assert fields(refused(lambda: environment_of(stack, kind, service_role=role))) == ["service_role"]
        environment_of(stack, kind, "Good", service_role=role, updates=Updates(replace=True))
        ((name, _),) = [pair for pair in synthesize(stack).of_type("AWS::IAM::Role").items() if "Service" in pair[0]]
        assert synthesize(stack).only(ENVIRONMENT)["ServiceRole"] == {"Fn::GetAtt": [name, "Arn"]}


class TestScaling:
    @pytest.mark.parametrize("kind", HOSTED)
    @pytest.mark.parametrize("minutes", [0, 20, 10_080])
    def test_hosts_wait_for_another_job(self, kind: str, minutes: int) -> None:
        resources = resources_of(kind, scale_down_delay=Duration.minutes(minutes))
        assert resources["ScalingPolicy"] == {"MinScaleDownDelayMinutes": minutes}

    @pytest.mark.parametrize("delay", [Duration.minutes(19), Duration.seconds(1230), Duration.days(8), 20])
    def test_a_delay_outside_its_range_is_refused(self, delay: Duration) -> None:
        assert fields(refused(lambda: built(scale_down_delay=delay))) == ["scale_down_delay"]

    def test_none_is_rendered_by_default(self) -> None:
        assert "ScalingPolicy" not in resources_of()


class TestAdvice:
    def test_a_bid_is_warned_of(self) -> None:
        stack = new_stack()
        environment = environment_of(stack, "SPOT", bid_percentage=80)
        assert synthesize(stack).only(ENVIRONMENT)["ComputeResources"]["BidPercentage"] == 80
        assert any("bid_percentage" in text for text in own_warnings_of(stack))
        cdk.Annotations.of(environment).acknowledge_warning("batchwright:spotBid", "The budget is fixed.")
        assert not any("bid_percentage" in text for text in own_warnings_of(stack))

    def test_desired_vcpus_are_warned_of(self) -> None:
        stack = new_stack()
        environment_of(stack, "EC2", hosts=HostOptions(desired_vcpus=4))
        assert any("desired_vcpus" in text for text in own_warnings_of(stack))

    @pytest.mark.parametrize("kind", HOSTED)
    def test_defaults_are_warned_of_in_nothing(self, kind: str) -> None:
        stack = new_stack()
        environment_of(stack, kind)
        assert own_warnings_of(stack) == []
