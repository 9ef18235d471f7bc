"""Brings `eksProperties`, their overrides and parameters together."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.api.rules import check_environment
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.tasks import parts
from batchwright.local.engine.tasks.container import Condition, Container, ContainerDependency
from batchwright.local.engine.tasks.pod_resources import GPU, check_pod_resources
from batchwright.local.engine.tasks.task import Task
from batchwright.local.engine.tasks.volumes import ClaimVolume, EmptyVolume, HostVolume, Mount, SecretVolume, Volume

if TYPE_CHECKING:
    from collections.abc import Mapping

UNNAMED: Final = "Default"
"""Name of a container without one (https://docs.aws.amazon.com/batch/latest/APIReference/API_EksContainer.html)."""
_LEVELS: Final = ("limits", "requests")
_REPLACED: Final = ("image", "command", "args")
_QUANTITY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)([KMGTPE]i?|k)?")
_UNITS: Final[dict[str, int]] = {"": 1, "k": 10**3} | {
    unit: factor
    for power, letter in enumerate("KMGTPE", 1)
    for unit, factor in ((letter, 1000**power), (f"{letter}i", 1024**power))
}
_VARIABLE: Final = re.compile(r"\$(?:\$|\(([^()$]+)\))")


def build_pod(
    properties: Mapping[str, Any],
    override: Mapping[str, Any],
    parameters: Mapping[str, str],
    *,
    definition: str,
) -> Task:
    """Return the task of `eksProperties`.

    Init containers run one after another, each to its success, before the others start. An override goes to the
    container that it names: it replaces image, command and arguments, and is laid over the rest.

    Raises:
        BatchError: An override names no container of the pod, or resources break the rules of Batch.
    """
    base = properties["podProperties"]
    changes = override.get("podProperties", {})
    init = _entries("initContainers", base, changes)
    main = _entries("containers", base, changes)
    built: list[Container] = []
    for entry in init:
        waits = (ContainerDependency(name=built[-1].name, condition=Condition.SUCCESS),) if built else ()
        built.append(_container(entry, parameters, definition, init=True, depends_on=waits))
    waits = (ContainerDependency(name=built[-1].name, condition=Condition.SUCCESS),) if built else ()
    built += [_container(entry, parameters, definition, init=False, depends_on=waits) for entry in main]
    metadata = _metadata(base.get("metadata", {}), changes.get("metadata", {}))
    raw = {**base, "containers": main, "initContainers": init, **({"metadata": metadata} if metadata else {})}
    return Task(
        shape="eks",
        containers=tuple(built),
        volumes=tuple(_volume(entry) for entry in base.get("volumes", ())),
        raw=raw,
        pid_mode="task" if base.get("shareProcessNamespace") else None,
        # As on AWS: the host's network unless the definition says otherwise.
        host_network=bool(base.get("hostNetwork", True)),
        service_account=base.get("serviceAccountName"),
        image_pull_secrets=tuple(secret["name"] for secret in base.get("imagePullSecrets", ())),
        namespace=metadata.get("namespace"),
    )


def expanded(arguments: tuple[str, ...], variables: Mapping[str, str]) -> tuple[str, ...]:
    """Put variables in the place of `$(NAME)`, as Kubernetes does: an unknown one stays, `$$` is a dollar sign."""

    def value(match: re.Match[str]) -> str:
        return "$" if match[0] == "$$" else variables.get(match[1], match[0])

    return tuple(_VARIABLE.sub(value, argument) for argument in arguments)


def mebibytes(quantity: str) -> int:
    """Return a Kubernetes quantity in MiB, rounded up, or raise BatchError."""
    match = _QUANTITY.fullmatch(quantity)
    if match is None:
        raise BatchError(f"emptyDir.sizeLimit {quantity!r} is not a quantity of Kubernetes, such as 512Mi.")
    return math.ceil(float(match[1]) * _UNITS[match[2] or ""] / 1024**2)


def _entries(member: str, base: Mapping[str, Any], changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = base.get(member, ())
    names = [str(entry.get("name") or UNNAMED) for entry in listed]
    by_name = parts.chosen(changes.get(member, ()), names, f"eksPropertiesOverride.podProperties.{member}")
    return [_merged(entry, by_name.get(name, {}), name) for name, entry in zip(names, listed, strict=True)]


def _merged(entry: Mapping[str, Any], override: Mapping[str, Any], name: str) -> dict[str, Any]:
    check_environment(override.get("env", []))
    merged = {
        **entry,
        **{member: override[member] for member in _REPLACED if override.get(member)},
        "name": name,
        "env": parts.named(parts.variables(entry.get("env", ()), override.get("env", ()))),
    }
    resources = _resources(entry.get("resources", {}), override.get("resources", {}))
    check_pod_resources(name, resources)
    return {**merged, "resources": resources}


def _resources(base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Lay amounts over each other; memory and GPUs, which must be alike in both, change in both."""
    changed = {kind: override.get(kind, {}) for kind in _LEVELS}
    merged = {kind: {**base.get(kind, {}), **changed[kind]} for kind in _LEVELS}
    for kind, other in (_LEVELS, _LEVELS[::-1]):
        for resource, amount in changed[kind].items():
            if resource != "cpu" and resource in merged[other] and resource not in changed[other]:
                merged[other][resource] = amount
    return {kind: amounts for kind, amounts in merged.items() if amounts}


def _metadata(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**base, **changes}
    for member in ("labels", "annotations"):
        if member in merged:
            merged[member] = {**base.get(member, {}), **changes.get(member, {})}
    return merged


def _container(
    entry: Mapping[str, Any],
    parameters: Mapping[str, str],
    definition: str,
    *,
    init: bool,
    depends_on: tuple[ContainerDependency, ...],
) -> Container:
    limits, requests = entry["resources"].get("limits", {}), entry["resources"].get("requests", {})
    memory = limits.get("memory") or requests["memory"]
    security = entry.get("securityContext", {})
    limit = float(limits["cpu"]) if "cpu" in limits else None
    return Container(
        name=entry["name"],
        image=entry["image"],
        entry_point=parts.substituted(entry.get("command", ()), parameters),
        command=parts.substituted(entry.get("args", ()), parameters),
        environment=_environment(parts.variables(entry["env"])),
        secrets={},
        job_role_arn=None,
        execution_role_arn=None,
        vcpus=float(requests.get("cpu", limit or 0.0)),
        cpu_limit=limit,
        memory_mib=int(memory.removesuffix("Mi")),
        gpus=int(limits.get(GPU, requests.get(GPU, 0))),
        user=_user(security),
        privileged=bool(security.get("privileged", False)),
        no_new_privileges=security.get("allowPrivilegeEscalation") is False,
        non_root=bool(security.get("runAsNonRoot", False)),
        readonly_root_filesystem=bool(security.get("readOnlyRootFilesystem", False)),
        linux_parameters={},
        mounts=tuple(
            Mount(volume=m["name"], path=m["mountPath"], read_only=bool(m.get("readOnly")), sub_path=m.get("subPath"))
            for m in entry.get("volumeMounts", ())
        ),
        ulimits=(),
        log=parts.log_target({}, definition),
        platform="EKS",
        raw=entry,
        essential=False,
        init=init,
        depends_on=depends_on,
        always_pull=entry.get("imagePullPolicy") == "Always",
        never_pull=entry.get("imagePullPolicy") == "Never",
    )


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Put variables in the place of `$(NAME)` in those that follow them.

    Source: https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
    """
    found: dict[str, str] = {}
    for name, value in variables.items():
        (found[name],) = expanded((value,), found)
    return found


def _user(security: Mapping[str, Any]) -> str | None:
    if "runAsUser" not in security:
        return None
    group = f":{security['runAsGroup']}" if "runAsGroup" in security else ""
    return f"{security['runAsUser']}{group}"


def _volume(entry: Mapping[str, Any]) -> Volume:
    name = entry["name"]
    if path := entry.get("hostPath"):
        return HostVolume(name=name, path=path["path"])
    if secret := entry.get("secret"):
        return SecretVolume(name=name, secret_name=secret["secretName"], optional=bool(secret.get("optional")))
    if claim := entry.get("persistentVolumeClaim"):
        return ClaimVolume(name=name, claim_name=claim["claimName"], read_only=bool(claim.get("readOnly")))
    empty = entry.get("emptyDir", {})
    limit = empty.get("sizeLimit")
    return EmptyVolume(
        name=name,
        memory=str(empty.get("medium", "")) == "Memory",
        size_mib=None if limit is None else mebibytes(limit),
    )
