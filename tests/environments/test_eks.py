from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from aws_cdk import aws_eks_v2 as eks_v2
from aws_cdk import aws_lambda as lambda_
from hypothesis import given, settings
from hypothesis import strategies as st
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.problems import fields, named, refused
from support.sample_parts.environment_kinds import cluster_for, eks_full, eks_of, namespace_for, vpc_for
from support.synthesis import Template, new_stack, synthesize

from batchwright import (
    AllocationStrategy,
    EksAccess,
    EksEnvironment,
    EksNamespace,
    HostImage,
    HostLaunchTemplate,
    HostOptions,
    Instances,
    NvmeScratch,
    Platform,
    Updates,
)
from batchwright.contracts import ComputeEnvironment

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"
ENTRY = "AWS::EKS::AccessEntry"
AMI = "ami-0123456789abcdef0"
ACCESS = "Custom::BatchNamespaceAccess"


def built(**options: Any) -> Template:  # noqa: ANN401
    stack = new_stack()
    eks_of(stack, **options)
    return synthesize(stack)


def built_full() -> Template:
    stack = new_stack()
    eks_of(stack, **eks_full(stack))
    return synthesize(stack)


def resources_of(**options: Any) -> dict[str, Any]:  # noqa: ANN401
    found: dict[str, Any] = built(**options).only(ENVIRONMENT)["ComputeResources"]
    return found


def made_cluster(stack: cdk.Stack, mode: eks.AuthenticationMode | None = None) -> eks.Cluster:
    """A cluster that the CDK makes."""
    layer = lambda_.LayerVersion.from_layer_version_arn(stack, "Kubectl", "arn:aws:lambda:us-east-1:1:layer:kubectl:1")
    return eks.Cluster(
        stack,
        "Cluster",
        version=eks.KubernetesVersion.V1_33,
        vpc=vpc_for(stack),
        vpc_subnets=[ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)],
        default_capacity=0,
        kubectl_layer=layer,
        authentication_mode=mode,
    )


def test_the_least_joins_the_cluster_in_a_namespace_of_its_own() -> None:
    properties = built().only(ENVIRONMENT)
    configuration = properties["EksConfiguration"]
    assert configuration["KubernetesNamespace"] == "batch-jobs"
    assert configuration["AccessEntry"] == {"DesiredState": "ENABLED"}
    assert configuration["EksClusterArn"]["Fn::Join"][1][-1] == ":cluster/jobs"
    resources = properties["ComputeResources"]
    assert (resources["Type"], resources["AllocationStrategy"]) == ("EC2", "BEST_FIT_PROGRESSIVE")
    assert resources["SecurityGroupIds"] == ["sg-00000001"]
    assert resources["Ec2Configuration"] == [{"ImageType": "EKS_AL2023"}]
    assert resources["UpdateToLatestImageVersion"] is True
    assert "UserdataType" not in resources["LaunchTemplate"]


@pytest.mark.parametrize("build", [built, built_full])
def test_cloudformation_and_the_api_take_it(build: Any) -> None:  # noqa: ANN401
    template = build()
    assert schema_problems(template.body) == []
    properties = template.only(ENVIRONMENT)
    assert not api_problems("CreateComputeEnvironment", properties, computeEnvironmentName="name")


def test_nodes_run_no_ecs_agent() -> None:
    data = built().only("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert "UserData" not in data
    assert data["MetadataOptions"]["HttpTokens"] == "required"


def test_spot_and_gpus() -> None:
    resources = resources_of(spot=True, instances=Instances.of("g6", "m7i"), kubernetes_version="1.33")
    assert (resources["Type"], resources["AllocationStrategy"]) == ("SPOT", "SPOT_PRICE_CAPACITY_OPTIMIZED")
    assert resources["Ec2Configuration"] == [
        {"ImageType": "EKS_AL2023", "ImageKubernetesVersion": "1.33"},
        {"ImageType": "EKS_AL2023_NVIDIA", "ImageKubernetesVersion": "1.33"},
    ]


def test_an_image_of_ones_own_starts_by_nodeadm() -> None:
    resources = resources_of(hosts=HostOptions(images=[HostImage.ami("ami-0123456789abcdef0")]))
    assert resources["Ec2Configuration"] == [{"ImageType": "EKS_AL2023", "ImageIdOverride": "ami-0123456789abcdef0"}]
    assert resources["LaunchTemplate"]["UserdataType"] == "EKS_NODEADM"
    assert resources["UpdateToLatestImageVersion"] is False


def test_every_option_reaches_the_template() -> None:
    properties = built_full().only(ENVIRONMENT)
    resources = properties["ComputeResources"]
    assert (resources["MinvCpus"], resources["MaxvCpus"], resources["DesiredvCpus"]) == (4, 512, 8)
    assert resources["ScalingPolicy"] == {"MinScaleDownDelayMinutes": 20}
    assert resources["Tags"] == {"cost-centre": "4711"}
    assert resources["BidPercentage"] == 80
    assert resources["UpdateToLatestImageVersion"] is False
    assert properties["UpdatePolicy"] == {"JobExecutionTimeoutMinutes": 120, "TerminateJobsOnUpdate": True}
    assert properties["EksConfiguration"]["AccessEntry"] == {"DesiredState": "INHERIT_FROM_CLUSTER"}
    assert (properties["State"], properties["Tags"]) == ("DISABLED", {"team": "imaging"})


class TestAccess:
    def test_nodes_are_let_in_before_there_are_any(self) -> None:
        template = built()
        (role,) = [name for name in template.of_type("AWS::IAM::Role") if "NodeRole" in name]
        (entry,) = template.of_type(ENTRY)
        assert template.only(ENTRY) == {
            "ClusterName": "jobs",
            "PrincipalArn": {"Fn::GetAtt": [role, "Arn"]},
            "Type": "EC2_LINUX",
        }
        assert entry in template.raw(ENVIRONMENT)[0]["DependsOn"]

    def test_a_role_that_is_in_already_gets_no_second_entry(self) -> None:
        assert not built(node_access=False).of_type(ENTRY)

    def test_batch_is_let_into_the_namespace_after_all_environments(self) -> None:
        stack = new_stack()
        namespace = namespace_for(stack)
        for number in (1, 2):
            EksEnvironment(stack, f"Environment{number}", namespace=namespace)
        template = synthesize(stack)
        (access,) = template.raw(ACCESS)
        assert access["Properties"]["Namespace"] == "batch-jobs"
        principal = access["Properties"]["PrincipalArn"]["Fn::Join"][1]
        assert principal[-1] == ":role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
        assert set(template.of_type(ENVIRONMENT)) <= set(access["DependsOn"])

    def test_its_function_may_change_the_entry_of_batch_alone(self) -> None:
        template = built()
        (policy,) = template.of_type("AWS::IAM::Policy").values()
        (statement,) = [each for each in policy["PolicyDocument"]["Statement"] if "eks:" in str(each["Action"])]
        assert statement["Resource"]["Fn::Join"][1][-1] == "/*AWSServiceRoleForBatch/*"

    def test_an_inherited_way_in_is_left_alone(self) -> None:
        assert not built(access=EksAccess.INHERIT_FROM_CLUSTER).of_type(ACCESS)

    def test_a_cluster_without_access_entries_gets_a_config_map(self) -> None:
        stack = new_stack()
        eks_of(stack, namespace=EksNamespace(stack, "Namespace", cluster=made_cluster(stack)))
        template = synthesize(stack)
        assert template.only(ENVIRONMENT)["EksConfiguration"]["AccessEntry"] == {"DesiredState": "DISABLED"}
        manifests = template.of_type("Custom::AWSCDK-EKS-KubernetesResource")
        (name,) = [name for name in manifests if "AwsAuth" in name]
        text = json.dumps(manifests[name])
        assert ":role/AWSServiceRoleForBatch" in text
        assert "system:node:{{EC2PrivateDNSName}}" in text
        assert name in template.raw(ENVIRONMENT)[0]["DependsOn"]
        assert not template.of_type(ACCESS)
        assert not template.of_type(ENTRY)

    def test_a_cluster_with_access_entries_gets_those(self) -> None:
        stack = new_stack()
        cluster = made_cluster(stack, eks.AuthenticationMode.API)
        eks_of(stack, namespace=EksNamespace(stack, "Namespace", cluster=cluster))
        template = synthesize(stack)
        assert template.only(ENVIRONMENT)["EksConfiguration"]["AccessEntry"] == {"DesiredState": "ENABLED"}
        assert template.of_type(ACCESS)

    def test_a_cluster_of_the_second_module_has_access_entries(self) -> None:
        stack = new_stack()
        cluster = eks_v2.Cluster(
            stack,
            "Cluster",
            version=eks_v2.KubernetesVersion.V1_33,
            vpc=vpc_for(stack),
            vpc_subnets=[ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)],
            default_capacity_type=eks_v2.DefaultCapacityType.NODEGROUP,
            default_capacity=0,
        )
        eks_of(stack, namespace=EksNamespace(stack, "Namespace", cluster=cluster, apply=False))
        configuration = synthesize(stack).only(ENVIRONMENT)["EksConfiguration"]
        assert configuration["AccessEntry"] == {"DesiredState": "ENABLED"}

    @pytest.mark.parametrize(
        ("mode", "access"), [(None, EksAccess.ENABLED), (eks.AuthenticationMode.API, EksAccess.DISABLED)]
    )
    def test_a_way_that_the_cluster_does_not_have_is_refused(
        self, mode: eks.AuthenticationMode | None, access: EksAccess
    ) -> None:
        stack = new_stack()
        namespace = EksNamespace(stack, "Namespace", cluster=made_cluster(stack, mode))
        assert fields(refused(lambda: eks_of(stack, namespace=namespace, access=access))) == ["access"]

    def test_what_is_inherited_goes_by_the_cluster(self) -> None:
        inherited = EksAccess.INHERIT_FROM_CLUSTER
        stack = new_stack()
        eks_of(stack, namespace=EksNamespace(stack, "Namespace", cluster=made_cluster(stack)), access=inherited)
        template = synthesize(stack)
        # It takes no entries, so its nodes are in the ConfigMap.
        assert not template.of_type(ENTRY)
        assert "system:node:{{EC2PrivateDNSName}}" in json.dumps(template.body)
        stack = new_stack()
        cluster = made_cluster(stack, eks.AuthenticationMode.API)
        eks_of(stack, namespace=EksNamespace(stack, "Namespace", cluster=cluster), access=inherited)
        template = synthesize(stack)
        # It takes entries only, so Batch makes one, which needs the namespace's policy.
        assert template.of_type(ENTRY)
        assert template.of_type(ACCESS)

    def test_cloudformation_waits_no_hour_for_a_function_that_died(self) -> None:
        assert built().only(ACCESS)["ServiceTimeout"] == "600"


def template_of(stack: cdk.Stack, **options: Any) -> HostOptions:  # noqa: ANN401
    template = HostLaunchTemplate(stack, "Hosts", **{"ecs_agent": False, **options})
    return HostOptions(launch_template=template)


class TestLaunchTemplate:
    def test_its_own_image_is_fixed(self) -> None:
        stack = new_stack()
        eks_of(stack, hosts=template_of(stack, image_id="ami-0123456789abcdef0"))
        resources = synthesize(stack).only(ENVIRONMENT)["ComputeResources"]
        assert resources["UpdateToLatestImageVersion"] is False
        assert resources["LaunchTemplate"]["UserdataType"] == "EKS_NODEADM"
        assert resources["Ec2Configuration"] == [{"ImageType": "EKS_AL2023"}]

    def test_adapters_bring_a_zone_and_a_placement_group(self) -> None:
        stack = new_stack()
        group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000003")
        hosts = template_of(stack, efa_interfaces=1, security_groups=[group])
        environment = eks_of(stack, instances=Instances.hpc("c7gn.16xlarge"), security_groups=[group], hosts=hosts)
        template = synthesize(stack)
        resources = template.only(ENVIRONMENT)["ComputeResources"]
        assert len(resources["Subnets"]) == 1
        (placement,) = template.of_type("AWS::EC2::PlacementGroup")
        assert resources["PlacementGroup"] == {"Fn::GetAtt": [placement, "GroupName"]}
        assert "SecurityGroupIds" not in resources
        assert environment.capacity.efa_interfaces == 1

    @pytest.mark.parametrize(
        ("template", "options", "wrong"),
        [
            ({"ecs_agent": True}, {}, ["hosts.launch_template.ecs_agent"]),
            ({"parts": [NvmeScratch()]}, {}, ["instances"]),
            ({"parts": [NvmeScratch()]}, {"instances": Instances.of("m7i", "m6id")}, ["instances"]),
            ({}, {"instances": Instances.hpc("c7gn.16xlarge")}, ["hosts.launch_template"]),
            ({"image_id": AMI}, {"updates": Updates(latest_image=True)}, ["updates.latest_image"]),
            ({"image_id": AMI}, {"kubernetes_version": "1.33"}, ["kubernetes_version"]),
            (
                {"instance_profile_arn": "arn:aws:iam::123456789012:instance-profile/nodes"},
                {},
                ["hosts.launch_template.instance_profile_arn"],
            ),
        ],
    )
    def test_what_nodes_would_start_without_is_refused(
        self, template: dict[str, Any], options: dict[str, Any], wrong: list[str]
    ) -> None:
        stack = new_stack()
        assert fields(refused(lambda: eks_of(stack, hosts=template_of(stack, **template), **options))) == wrong

    def test_drives_that_all_types_have_are_accepted(self) -> None:
        stack = new_stack()
        eks_of(stack, hosts=template_of(stack, parts=[NvmeScratch()]), instances=Instances.nvme())
        assert schema_problems(synthesize(stack).body) == []


class TestNamespace:
    def test_its_objects_are_those_that_batch_needs(self) -> None:
        namespace = namespace_for(new_stack(), name="imaging", labels={"team": "imaging"})
        kinds = [manifest["kind"] for manifest in namespace.manifests]
        assert kinds == ["Namespace", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]
        own, _, binding, role, _ = namespace.manifests
        assert own["metadata"] == {"name": "imaging", "labels": {"name": "imaging", "team": "imaging"}}
        assert binding["subjects"][0]["name"] == "aws-batch"
        assert role["metadata"]["namespace"] == "imaging"
        assert role["rules"][0]["verbs"] == ["create", "get", "list", "watch", "delete", "patch"]
        assert json.loads(json.dumps(namespace.manifests[0])) == own

    def test_it_is_applied_before_the_environment(self) -> None:
        stack = new_stack()
        cluster = cluster_for(
            stack,
            kubectl_role_arn="arn:aws:iam::123456789012:role/kubectl",
            kubectl_layer=lambda_.LayerVersion.from_layer_version_arn(
                stack, "Kubectl", "arn:aws:lambda:us-east-1:1:layer:kubectl:1"
            ),
        )
        eks_of(stack, namespace=EksNamespace(stack, "Namespace", cluster=cluster))
        template = synthesize(stack)
        (name,) = template.of_type("Custom::AWSCDK-EKS-KubernetesResource")
        assert name in template.raw(ENVIRONMENT)[0]["DependsOn"]

    def test_a_cluster_without_kubectl_is_refused(self) -> None:
        stack = new_stack()
        error = refused(lambda: EksNamespace(stack, "Namespace", cluster=cluster_for(stack)))
        assert fields(error) == ["cluster"]
        assert "apply=False" in str(error)

    @pytest.mark.parametrize(
        ("options", "field"),
        [
            ({"cluster": "jobs"}, "cluster"),
            ({"cluster": None}, "cluster"),
            ({"cluster": eks.Cluster}, "cluster"),
            ({"name": "default"}, "name"),
            ({"name": "kube-jobs"}, "name"),
            ({"name": "Jobs"}, "name"),
            ({"name": 3}, "name"),
            ({"labels": ["team"]}, "labels"),
            ({"labels": {"team": "a b"}}, "labels['team']"),
        ],
    )
    def test_a_wrong_value_names_its_field(self, options: dict[str, Any], field: str) -> None:
        assert fields(refused(lambda: namespace_for(new_stack(), **options))) == [field]


def test_it_keeps_the_contract() -> None:
    stack = new_stack()
    environment = eks_of(stack, spot=True)
    assert isinstance(environment, ComputeEnvironment)
    capacity = environment.capacity
    assert (capacity.kind, capacity.platform, capacity.namespace) == ("SPOT", Platform.EKS, "batch-jobs")
    assert capacity.is_spot
    queue = cdk.aws_batch.JobQueue(stack, "Plain")
    queue.add_compute_environment(environment.compute_environment, 1)
    environment.connections.allow_from(ec2.Peer.ipv4("10.0.0.0/8"), ec2.Port.HTTPS)
    assert synthesize(stack).only("AWS::EC2::SecurityGroupIngress")["FromPort"] == 443


def test_an_imported_cluster_that_knows_nothing_asks_for_what_it_lacks() -> None:
    stack = new_stack()
    cluster = eks.Cluster.from_cluster_attributes(stack, "Cluster", cluster_name="jobs")
    namespace = EksNamespace(stack, "Namespace", cluster=cluster, apply=False)
    assert fields(refused(lambda: eks_of(stack, namespace=namespace))) == ["vpc", "security_groups"]
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-00000001")
    eks_of(stack, "Second", namespace=namespace, vpc=vpc_for(stack), security_groups=[group])
    assert synthesize(stack).only(ENVIRONMENT)["ComputeResources"]["SecurityGroupIds"] == ["sg-00000001"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"namespace": "jobs"}, "namespace"),
        ({"namespace": None}, "namespace"),
        ({"instances": ["m7i"]}, "instances"),
        ({"instances": Instances.nvme()}, "instances"),
        ({"max_vcpus": 0}, "max_vcpus"),
        ({"min_vcpus": -1}, "min_vcpus"),
        ({"scale_down_delay": Duration.minutes(5)}, "scale_down_delay"),
        ({"strategy": AllocationStrategy.BEST_FIT}, "strategy"),
        ({"strategy": AllocationStrategy.SPOT_CAPACITY_OPTIMIZED}, "strategy"),
        ({"strategy": "CHEAPEST"}, "strategy"),
        ({"access": "ON"}, "access"),
        ({"kubernetes_version": "v1.33"}, "kubernetes_version"),
        ({"kubernetes_version": 1.33}, "kubernetes_version"),
        ({"vpc": "vpc-1"}, "vpc"),
        ({"subnets": ["subnet-1"]}, "subnets"),
        ({"security_groups": "sg-1"}, "security_groups"),
        ({"hosts": {"role": "nodes"}}, "hosts"),
        ({"hosts": HostOptions(images=[HostImage.newest("ECS_AL2023")])}, "hosts.images"),
        ({"hosts": HostOptions(desired_vcpus=1000)}, "hosts.desired_vcpus"),
        ({"updates": 30}, "updates"),
        ({"bid_percentage": 50}, "bid_percentage"),
        ({"bid_percentage": 101, "spot": True}, "bid_percentage"),
        ({"tags": ["team"]}, "tags"),
        ({"spot": "no"}, "spot"),
        ({"node_access": 1}, "node_access"),
        ({"enabled": "no"}, "enabled"),
    ],
)
def test_a_wrong_value_names_its_field(options: dict[str, Any], field: str) -> None:
    assert fields(refused(lambda: built(**options))) == [field]


STRATEGIES = st.one_of(st.none(), st.sampled_from(AllocationStrategy))


@given(st.integers(-1, 9), st.integers(0, 8), st.booleans(), STRATEGIES)
@settings(max_examples=30, deadline=None, derandomize=True)
def test_accepted_or_named(least: int, most: int, spot: bool, strategy: AllocationStrategy | None) -> None:
    wrong = set()
    if most < 1:
        wrong.add("max_vcpus")
    if not 0 <= least <= max(most, 0):
        wrong.add("min_vcpus")
    spot_only = strategy is not None and strategy.startswith("SPOT")
    ordered = strategy is AllocationStrategy.BEST_FIT_PROGRESSIVE_ORDERED
    if strategy is AllocationStrategy.BEST_FIT or (spot_only and not spot) or (ordered and spot):
        wrong.add("strategy")
    stack = new_stack()
    options = {"min_vcpus": least, "max_vcpus": most, "spot": spot, "strategy": strategy}
    assert named(lambda: eks_of(stack, **options)) == wrong
    if not wrong:
        assert schema_problems(synthesize(stack).body) == []
