from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.checks import system_of

if TYPE_CHECKING:
    from batchwright.checks.system import Container, Definition


def definition(metadata: object = None, **properties: object) -> Definition:
    written = {"Type": "AWS::Batch::JobDefinition", "Metadata": metadata, "Properties": properties}
    (found,) = system_of({"Resources": {"Job": written}}).definitions
    return found


def the_container(**properties: object) -> Container:
    (found,) = definition(ContainerProperties=properties).containers
    return found


def requirement(kind: object, value: object) -> dict[str, object]:
    return {"Type": kind, "Value": value}


def test_a_container() -> None:
    listed = [requirement("VCPU", "0.25"), requirement("MEMORY", 512), requirement("GPU", "1")]
    found = the_container(Image="busybox", ResourceRequirements=listed)
    assert (found.path, found.shape, found.image) == ("ContainerProperties", "container", "busybox")
    assert (found.vcpus, found.memory_mib, found.gpus) == (0.25, 512, 1)
    assert found.memory_path == "ContainerProperties.ResourceRequirements[1].Value"


def test_what_is_not_set() -> None:
    found = the_container()
    assert (found.image, found.vcpus, found.memory_mib, found.gpus) == (None, None, None, 0)


def test_the_older_fields() -> None:
    found = the_container(Vcpus=2, Memory="100")
    assert (found.vcpus, found.memory_mib, found.vcpus_path) == (2, 100, "ContainerProperties.Vcpus")
    both = the_container(Vcpus=2, ResourceRequirements=[requirement("VCPU", "4")])
    assert both.vcpus == 4


@pytest.mark.parametrize(
    "listed",
    [
        {"Ref": "X"},
        "wrong",
        [{"Ref": "X"}],
        [requirement({"Ref": "X"}, "1")],
        [requirement("GPU", {"Ref": "X"}), requirement("VCPU", {"Ref": "X"})],
        [requirement("GPU", "many")],
    ],
)
def test_open_requirements(listed: object) -> None:
    found = the_container(ResourceRequirements=listed)
    assert (found.vcpus, found.memory_mib, found.gpus) == (None, None, None)


def test_multi_container_jobs() -> None:
    containers = [{"Image": "a"}, {"Image": "b", "ResourceRequirements": [requirement("VCPU", "2")]}]
    found = definition(EcsProperties={"TaskProperties": [{"Containers": containers}]})
    assert found.shape == "ecs"
    assert [each.shape for each in found.containers] == ["ecs", "ecs"]
    assert found.containers[1].path == "EcsProperties.TaskProperties[0].Containers[1]"
    assert found.containers[1].vcpus == 2


def test_eks_jobs() -> None:
    limits = {"cpu": "2", "memory": "1Gi", "nvidia.com/gpu": 1}
    pod = {
        "InitContainers": [{"Image": "init", "Resources": {"Requests": {"cpu": "500m", "memory": "1024Mi"}}}],
        "Containers": [{"Image": "main", "Resources": {"Limits": limits, "Requests": {"cpu": "1"}}}],
    }
    found = definition(EksProperties={"PodProperties": pod})
    init, main = found.containers
    assert (found.shape, init.shape, main.shape) == ("eks", "eks_init", "eks")
    assert (init.vcpus, init.memory_mib, init.gpus) == (0.5, 1024, 0)
    assert (main.vcpus, main.memory_mib, main.gpus) == (2, 1024, 1)
    assert main.memory_path == "EksProperties.PodProperties.Containers[0].Resources.Limits.memory"
    assert init.memory_path.endswith("InitContainers[0].Resources.Requests.memory")


@pytest.mark.parametrize(
    ("written", "mebibytes"),
    [("2Gi", 2048), ("0.5Gi", 512), ("1048576", 1), ("1Ti", 2**20), (2**20, 1), ("1 Gi", None), ("-1Mi", None)],
)
def test_kubernetes_quantities(written: object, mebibytes: float | None) -> None:
    pod = {"Containers": [{"Resources": {"Limits": {"memory": written}}}]}
    assert definition(EksProperties={"PodProperties": pod}).containers[0].memory_mib == mebibytes


@pytest.mark.parametrize("resources", [{"Ref": "X"}, {"Limits": {"Ref": "X"}}, "wrong", {"Limits": 3}])
def test_open_quantities(resources: object) -> None:
    found = definition(EksProperties={"PodProperties": {"Containers": [{"Resources": resources}]}}).containers[0]
    assert (found.vcpus, found.memory_mib, found.gpus) == (None, None, None)


def test_multi_node_jobs() -> None:
    ranges = [
        {"Container": {"Image": "a"}},
        {"EcsProperties": {"TaskProperties": [{"Containers": [{"Image": "b"}]}]}},
        {"EksProperties": {"PodProperties": {"Containers": [{"Image": "c"}]}}},
    ]
    found = definition(NodeProperties={"NodeRangeProperties": ranges})
    assert found.shape == "node"
    assert [(each.shape, each.image) for each in found.containers] == [("node", "a"), ("ecs", "b"), ("eks", "c")]
    assert found.containers[0].path == "NodeProperties.NodeRangeProperties[0].Container"


@pytest.mark.parametrize(
    ("properties", "shape"),
    [({}, None), ({"ContainerProperties": {}, "EksProperties": {}}, None), ({"EcsProperties": {"Ref": "X"}}, "ecs")],
)
def test_shapes(properties: dict[str, Any], shape: str | None) -> None:
    assert definition(**properties).shape == shape


@pytest.mark.parametrize(
    ("written", "platforms", "fargate"),
    [
        (None, {"EC2"}, False),
        ([], {"EC2"}, False),
        (["FARGATE"], {"FARGATE"}, True),
        (["EC2", "FARGATE"], {"EC2", "FARGATE"}, False),
        ({"Ref": "X"}, None, None),
        ([{"Ref": "X"}], None, None),
        ("FARGATE", None, None),
    ],
)
def test_platforms(written: object, platforms: set[str] | None, fargate: bool | None) -> None:
    found = definition(PlatformCapabilities=written)
    assert found.platforms == platforms
    assert found.fargate is fargate


@pytest.mark.parametrize(
    ("metadata", "properties", "architecture"),
    [
        (None, {}, None),
        (None, {"ContainerProperties": {"RuntimePlatform": {"CpuArchitecture": "ARM64"}}}, "arm64"),
        (None, {"EcsProperties": {"TaskProperties": [{"RuntimePlatform": {"CpuArchitecture": "X86_64"}}]}}, "x86_64"),
        ({"batchwright": {"architecture": "arm64"}}, {}, "arm64"),
        ({"batchwright": {"architecture": "riscv"}}, {}, None),
        ({"batchwright": {"architecture": ["arm64"]}}, {}, None),
        ({"batchwright": {"Ref": "X"}}, {}, None),
        ({"batchwright": 3}, {}, None),
        ("text", {}, None),
        (
            {"batchwright": {"architecture": "arm64"}},
            {"ContainerProperties": {"RuntimePlatform": {"CpuArchitecture": "X86_64"}}},
            None,
        ),
    ],
)
def test_architectures(metadata: object, properties: dict[str, Any], architecture: str | None) -> None:
    assert definition(metadata, **properties).architecture == architecture
