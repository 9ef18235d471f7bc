"""BW316: a job on EKS asks for resources and a namespace as Batch wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each, pods
from batchwright.checks.templates import fields, number, text
from batchwright.model.eks import (
    eks_cpu_limit_problems,
    eks_cpu_problems,
    eks_gpu_problems,
    eks_memory_mib,
    eks_memory_problems,
    eks_namespace_problems,
    eks_unequal_problems,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System
    from batchwright.checks.templates import Resource, Value

_GPU: Final = "nvidia.com/gpu"
_CLUSTER: Final = "EksConfiguration.KubernetesNamespace"


def _check(system: System) -> Iterator[Violation]:
    for definition in system.definitions:
        for path, pod in pods(definition.resource):
            namespace = text(fields(pod.get("Metadata")).get("Namespace"))
            if namespace is not None:
                problems = eks_namespace_problems(namespace)
                yield from at(definition.resource, f"{path}.Metadata.Namespace", problems)
            for key in ("Containers", "InitContainers"):
                for place, container in each(pod.get(key), f"{path}.{key}"):
                    resources = fields(container.get("Resources"))
                    yield from _amounts(definition.resource, f"{place}.Resources", resources)
    for environment in system.environments:
        namespace = text(environment.resource.get(_CLUSTER))
        if namespace is not None:
            yield from at(environment.resource, _CLUSTER, eks_namespace_problems(namespace))


def _amounts(resource: Resource, path: str, resources: dict[str, Value]) -> Iterator[Violation]:
    limits, requests = fields(resources.get("Limits")), fields(resources.get("Requests"))
    for name, amounts in (("Limits", limits), ("Requests", requests)):
        cpu, memory, gpus = number(amounts.get("cpu")), text(amounts.get("memory")), number(amounts.get(_GPU))
        if cpu is not None:
            yield from at(resource, f"{path}.{name}.cpu", eks_cpu_problems(cpu))
        if memory is not None:
            yield from at(resource, f"{path}.{name}.memory", eks_memory_problems(memory))
        if gpus is not None:
            yield from at(resource, f"{path}.{name}.{_GPU}", eks_gpu_problems(gpus))
    yield from _pairs(resource, f"{path}.Requests", limits, requests)


def _pairs(resource: Resource, path: str, limits: dict[str, Value], requests: dict[str, Value]) -> Iterator[Violation]:
    limit, request = number(limits.get("cpu")), number(requests.get("cpu"))
    if limit is not None and request is not None:
        yield from at(resource, f"{path}.cpu", eks_cpu_limit_problems(limit, request))
    limit, request = number(limits.get(_GPU)), number(requests.get(_GPU))
    if limit is not None and request is not None:
        yield from at(resource, f"{path}.{_GPU}", eks_unequal_problems(_GPU, limit, request))
    memory = [eks_memory_mib(text(amounts.get("memory")) or "") for amounts in (limits, requests)]
    if None not in memory:
        yield from at(resource, f"{path}.memory", eks_unequal_problems("memory", f"{memory[0]}Mi", f"{memory[1]}Mi"))


RULE: Final = Rule(
    id="BW316",
    severity=Severity.ERROR,
    title="A job on EKS asks for quarters of CPUs, whole MiB and whole GPUs, in a namespace of its own",
    what="`cpu` is a multiple of 0.25 and no request is above its limit; `memory` is whole MiB, written with `Mi`, "
    "from 4; `nvidia.com/gpu` is whole; limits and requests of memory and GPUs are equal where both are set. The "
    "namespace of a pod and of an environment is a Kubernetes name, neither `default` nor one that starts with "
    "`kube-`. Silent on what is open.",
    why="AWS refuses the job definition when the stack is deployed, or the environment becomes INVALID.",
    source="https://docs.aws.amazon.com/batch/latest/APIReference/API_EksContainerResourceRequirements.html",
    check=_check,
)
