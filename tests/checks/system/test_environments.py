from __future__ import annotations

import pytest
from support.linked_parts import environment, resource, the_environment


@pytest.mark.parametrize(("written", "kind"), [("EC2", "EC2"), ("spot", "SPOT"), ("Fargate_Spot", "FARGATE_SPOT")])
def test_kinds_are_read_in_any_case(written: str, kind: str) -> None:
    found = the_environment(E=environment(Type=written))
    assert (found.kind, found.managed, found.eks) == (kind, True, False)
    assert found.spot is (kind != "EC2")
    assert found.fargate is (kind == "FARGATE_SPOT")


def test_unmanaged_and_open_environments_have_no_kind() -> None:
    unmanaged = the_environment(E=resource("AWS::Batch::ComputeEnvironment", Type="unmanaged"))
    assert (unmanaged.managed, unmanaged.kind, unmanaged.fargate) == (False, None, False)
    kinds: tuple[object, ...] = ({"Ref": "X"}, 3, [])
    for kind in kinds:
        found = the_environment(E=resource("AWS::Batch::ComputeEnvironment", Type=kind, ComputeResources=kind))
        assert (found.managed, found.kind, found.fargate, found.spot) == (None, None, None, None)


def test_eks_by_its_configuration() -> None:
    eks = resource("AWS::Batch::ComputeEnvironment", Type="MANAGED", EksConfiguration={"EksClusterArn": "arn"})
    assert the_environment(E=eks).eks


@pytest.mark.parametrize(
    ("types", "known", "architectures"),
    [
        (["m7g.large", "c6gn"], ("m7g.large", "c6gn"), {"arm64"}),
        (["m7i", "c7g"], ("m7i", "c7g"), {"x86_64", "arm64"}),
        (["optimal"], ("optimal",), {"x86_64"}),
        (["nonsense"], ("nonsense",), None),
        (["m7i", {"Ref": "X"}], None, None),
        ({"Ref": "X"}, None, None),
        ([], None, None),
    ],
)
def test_instance_types_and_their_architectures(types: object, known: object, architectures: object) -> None:
    found = the_environment(E=environment(Type="EC2", InstanceTypes=types, MaxvCpus="64"))
    assert found.instance_types == known
    assert found.architectures == architectures
    assert found.max_vcpus == 64


def test_managed_instances_have_their_own_places() -> None:
    launch = {
        "InstanceRequirements": {"AllowedInstanceTypes": ["m7g.large"]},
        "NetworkConfiguration": {"Subnets": [{"Ref": "S"}]},
    }
    provider = {"InstanceLaunchTemplate": launch}
    found = the_environment(
        E=environment(Type="ECS_MANAGED_INSTANCES", ManagedInstancesProvider=provider), S=resource("AWS::EC2::Subnet")
    )
    assert found.instance_types == ("m7g.large",)
    assert found.all_subnets_known


def test_environments_name_launch_templates_by_id_or_name() -> None:
    named = {"LaunchTemplateName": "hosts", "Overrides": [{"LaunchTemplateId": {"Ref": "Other"}}, {"Ref": "X"}]}
    found = the_environment(
        E=environment(LaunchTemplate=named),
        First=resource("AWS::EC2::LaunchTemplate", LaunchTemplateName="hosts"),
        Other=resource("AWS::EC2::LaunchTemplate"),
        Third=resource("AWS::EC2::LaunchTemplate"),
    )
    assert [each.resource.logical_id for each in found.launch_templates] == ["First", "Other"]


def test_subnets_of_an_environment() -> None:
    subnet = resource("AWS::EC2::Subnet")
    found = the_environment(E=environment(Subnets=[{"Ref": "S"}]), S=subnet)
    assert found.all_subnets_known
    for subnets in ([{"Ref": "S"}, "subnet-1"], [{"Ref": "S"}, {"Ref": "X"}]):
        found = the_environment(E=environment(Subnets=subnets), S=subnet)
        assert (len(found.subnets), found.all_subnets_known) == (1, False)
    assert not the_environment(E=environment(Subnets={"Ref": "X"})).all_subnets_known
