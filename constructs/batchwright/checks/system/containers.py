"""Containers of a job definition, wherever it has them, with what they ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.checks.system.parts import Container
from batchwright.checks.templates import ABSENT, fields, items, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.templates import Resource, Value

# Kubernetes quantities, in MiB. Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_QUANTITY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)(Ki|Mi|Gi|Ti|k|M|G|T|)")
_MEBIBYTES: Final = {
    "": 2**-20,
    "Ki": 2**-10,
    "Mi": 1.0,
    "Gi": 2.0**10,
    "Ti": 2.0**20,
    "k": 1e3 / 2**20,
    "M": 1e6 / 2**20,
    "G": 1e9 / 2**20,
    "T": 1e12 / 2**20,
}
_LEGACY: Final = {"VCPU": "Vcpus", "MEMORY": "Memory"}


def containers_of(resource: Resource) -> Iterator[Container]:
    """Find all containers of a job definition."""
    properties = resource.properties
    if isinstance(properties.get("ContainerProperties"), dict):
        yield _ecs_container("ContainerProperties", "container", properties["ContainerProperties"])
    yield from _task_containers("EcsProperties", properties.get("EcsProperties"))
    yield from _pod_containers("EksProperties", properties.get("EksProperties"))
    ranges = items(fields(properties.get("NodeProperties")).get("NodeRangeProperties"))
    for position, each in enumerate(ranges):
        path, group = f"NodeProperties.NodeRangeProperties[{position}]", fields(each)
        if isinstance(group.get("Container"), dict):
            yield _ecs_container(f"{path}.Container", "node", group["Container"])
        yield from _task_containers(f"{path}.EcsProperties", group.get("EcsProperties"))
        yield from _pod_containers(f"{path}.EksProperties", group.get("EksProperties"))


def _task_containers(path: str, value: Value) -> Iterator[Container]:
    for task, each in enumerate(items(fields(value).get("TaskProperties"))):
        for position, container in enumerate(items(fields(each).get("Containers"))):
            if isinstance(container, dict):
                yield _ecs_container(f"{path}.TaskProperties[{task}].Containers[{position}]", "ecs", container)


def _pod_containers(path: str, value: Value) -> Iterator[Container]:
    pod = fields(fields(value).get("PodProperties"))
    for name, shape in (("InitContainers", "eks_init"), ("Containers", "eks")):
        for position, container in enumerate(items(pod.get(name))):
            if isinstance(container, dict):
                yield _eks_container(f"{path}.PodProperties.{name}[{position}]", shape, container)


def _ecs_container(path: str, shape: str, value: Value) -> Container:
    properties = fields(value)
    vcpus, memory, gpus = (_requirement(properties, kind) for kind in ("VCPU", "MEMORY", "GPU"))
    return _container(path, shape, properties, (number(vcpus[0]), vcpus[1]), (number(memory[0]), memory[1]), gpus)


def _container(
    path: str,
    shape: str,
    properties: dict[str, Value],
    vcpus: tuple[float | None, str],
    memory: tuple[float | None, str],
    gpus: tuple[object, str],
) -> Container:
    """Put a container together from amounts, each with where it stands in the container."""
    return Container(
        path=path,
        shape=shape,
        properties=properties,
        image=_plain(properties.get("Image")),
        vcpus=vcpus[0],
        vcpus_path=f"{path}.{vcpus[1]}",
        memory_mib=memory[0],
        memory_path=f"{path}.{memory[1]}",
        gpus=0.0 if gpus[0] is ABSENT else number(gpus[0]),
        gpus_path=f"{path}.{gpus[1]}",
    )


def _requirement(properties: dict[str, Value], kind: str) -> tuple[object, str]:
    """A resource requirement and where it stands; the older `Vcpus` and `Memory` where it is not listed."""
    listed = properties.get("ResourceRequirements")
    if listed is not None and not isinstance(listed, list):
        return None, "ResourceRequirements"
    certain = True
    for position, each in enumerate(items(listed)):
        found = text(fields(each).get("Type"))
        certain = certain and found is not None
        if found is not None and found.upper() == kind:
            return fields(each).get("Value"), f"ResourceRequirements[{position}].Value"
    legacy = _LEGACY.get(kind, "")
    if properties.get(legacy) is not None:
        return properties[legacy], legacy
    return ABSENT if certain else None, "ResourceRequirements"


def _eks_container(path: str, shape: str, properties: dict[str, Value]) -> Container:
    cpu, memory, gpus = (_quantity(properties, name) for name in ("cpu", "memory", "nvidia.com/gpu"))
    return _container(path, shape, properties, (_cores(cpu[0]), cpu[1]), (_mebibytes(memory[0]), memory[1]), gpus)


def _quantity(properties: dict[str, Value], name: str) -> tuple[object, str]:
    resources = properties.get("Resources")
    if resources is not None and not isinstance(resources, dict):
        return None, "Resources"
    certain = True
    for kind in ("Limits", "Requests"):
        listed = fields(resources).get(kind)
        certain = certain and (listed is None or isinstance(listed, dict))
        if fields(listed).get(name) is not None:
            return fields(listed)[name], f"Resources.{kind}.{name}"
    return ABSENT if certain else None, "Resources"


def _cores(value: object) -> float | None:
    written = text(value)
    if written is not None and written.endswith("m"):
        thousandths = number(written[:-1])
        return None if thousandths is None else thousandths / 1000
    return number(written)


def _mebibytes(value: object) -> float | None:
    match = _QUANTITY.fullmatch(text(value) or "")
    size = number(match[1]) if match else None
    return None if match is None or size is None else size * _MEBIBYTES[match[2]]


def _plain(value: Value) -> str | None:
    return value if isinstance(value, str) else None
