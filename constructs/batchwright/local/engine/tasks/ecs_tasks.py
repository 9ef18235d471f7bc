"""Brings `containerProperties` or `ecsProperties`, their overrides and parameters together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from batchwright.local.engine.api.rules import check_environment, refuse
from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.tasks import parts
from batchwright.local.engine.tasks.amounts import (
    Amounts,
    check_fargate_size,
    check_new_members,
    checked_amounts,
)
from batchwright.local.engine.tasks.container import Condition, Container, ContainerDependency, Router
from batchwright.local.engine.tasks.overrides import overrides_length
from batchwright.local.engine.tasks.task import Task
from batchwright.model.fargate import fargate_total_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.tasks.container import Platform

SINGLE: Final = "default"


class _Shared(NamedTuple):
    """What all containers of a task have alike."""

    parameters: Mapping[str, str]
    definition: str
    platform: Platform
    job_role_arn: str | None
    execution_role_arn: str | None


def build_single(
    base: Mapping[str, Any],
    overrides: Mapping[str, Any],
    parameters: Mapping[str, str],
    *,
    definition: str,
    platform: Platform,
) -> Task:
    """Return the task of `containerProperties`.

    Overrides replace the command and the resources of their type, and are laid over the environment.

    Raises:
        BatchError: A resource is no number that fits, Fargate has no such size, an override has an empty command, or
            sets a variable that Batch reserves.
    """
    check_new_members(overrides, platform=platform)
    raw = {**_merged(base, overrides), "networkInterfaces": []}
    amounts = checked_amounts(parts.resources(raw), platform=platform, alone=True)
    if platform == "FARGATE":
        check_fargate_size(amounts)
    shared = _Shared(parameters, definition, platform, base.get("jobRoleArn"), base.get("executionRoleArn"))
    container = _container(raw, amounts, shared)
    return Task(
        shape="container",
        containers=(container,),
        volumes=parts.volumes(raw.get("volumes", ())),
        raw=raw,
        execute_command=bool(base.get("enableExecuteCommand", False)),
        overrides_length=overrides_length([base], [container]),
    )


def build_several(
    properties: Mapping[str, Any],
    override: Mapping[str, Any],
    parameters: Mapping[str, str],
    *,
    definition: str,
    platform: Platform,
) -> Task:
    """Return the task of `ecsProperties`; an override goes to the container that it names.

    Raises:
        BatchError: An override names no container of the task, or what `build_single` raises.
    """
    base = properties["taskProperties"][0]
    names = [container_name(entry) for entry in base["containers"]]
    by_name = parts.chosen(_task_overrides(override), names, "ecsPropertiesOverride")
    entries = [
        {**_merged(entry, by_name.get(name, {})), "name": name}
        for name, entry in zip(names, base["containers"], strict=True)
    ]
    shared = _Shared(parameters, definition, platform, base.get("taskRoleArn"), base.get("executionRoleArn"))
    containers = tuple(
        _container(entry, checked_amounts(parts.resources(entry), platform=platform, alone=False), shared)
        for entry in entries
    )
    if platform == "FARGATE":
        vcpus, memory = sum(c.vcpus for c in containers), sum(c.memory_mib for c in containers)
        refuse("resourceRequirements", fargate_total_problems(vcpus=vcpus, memory_mib=memory))
    return Task(
        shape="ecs",
        containers=containers,
        volumes=parts.volumes(base.get("volumes", ())),
        raw={**base, "containers": entries},
        ipc_mode=base.get("ipcMode"),
        pid_mode=base.get("pidMode"),
        execute_command=bool(base.get("enableExecuteCommand", False)),
        overrides_length=overrides_length(base["containers"], containers),
    )


def container_name(entry: Mapping[str, Any]) -> str:
    """Return a container's name; one that is alone may do without."""
    return str(entry.get("name") or SINGLE)


def _task_overrides(override: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    tasks = override.get("taskProperties", ())
    if len(tasks) > 1:
        raise BatchError(f"ecsPropertiesOverride: taskProperties can have 1 entry, but has {len(tasks)}.")
    return [container for task in tasks for container in task.get("containers", ())]


def _merged(base: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return a container as DescribeJobs shows it, before its parameters are put in."""
    check_environment(overrides.get("environment", []))
    if "" in overrides.get("command", ()):
        # Source of the words: https://github.com/boto/boto3/issues/3612
        raise BatchError("Command cannot be empty")
    return {
        **base,
        "command": list(overrides.get("command") or base.get("command") or []),
        "environment": parts.named(parts.variables(base.get("environment", ()), overrides.get("environment", ()))),
        **parts.overridden_resources(base, overrides),
        **({"instanceType": overrides["instanceType"]} if "instanceType" in overrides else {}),
    }


def _container(entry: Mapping[str, Any], amounts: Amounts, shared: _Shared) -> Container:
    return Container(
        name=container_name(entry),
        image=entry["image"],
        command=parts.substituted(entry["command"], shared.parameters),
        environment=parts.variables(entry["environment"]),
        secrets=parts.sources(entry.get("secrets", ())),
        job_role_arn=shared.job_role_arn,
        execution_role_arn=shared.execution_role_arn,
        vcpus=amounts.vcpus,
        memory_mib=amounts.memory_mib,
        gpus=amounts.gpus,
        user=entry.get("user"),
        privileged=bool(entry.get("privileged", False)),
        readonly_root_filesystem=bool(entry.get("readonlyRootFilesystem", False)),
        linux_parameters=entry.get("linuxParameters", {}),
        mounts=parts.mounts(entry.get("mountPoints", ())),
        ulimits=tuple(entry.get("ulimits", ())),
        log=parts.log_target(entry.get("logConfiguration", {}), shared.definition),
        platform=shared.platform,
        raw=entry,
        essential=bool(entry.get("essential", True)),
        depends_on=tuple(
            ContainerDependency(name=d["containerName"], condition=Condition(str(d["condition"]).upper()))
            for d in entry.get("dependsOn", ())
        ),
        start_timeout=entry.get("startTimeout"),
        stop_timeout=entry.get("stopTimeout"),
        registry_credentials=entry.get("repositoryCredentials", {}).get("credentialsParameter"),
        router=_router(entry.get("firelensConfiguration")),
    )


def _router(configuration: Mapping[str, Any] | None) -> Router | None:
    if not configuration:
        return None
    return Router(kind=configuration["type"].lower(), options=configuration.get("options", {}))
