"""Brings a job definition, a SubmitJob request and its parameters together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.container import Container, LogTarget
from batchwright.local.engine.definition_rules import check_environment, positive_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.definitions import JobDefinition

_DEFAULT_GROUP: Final = "/aws/batch/job"
_OLD_MEMBERS: Final = {"VCPU": "vcpus", "MEMORY": "memory"}
_REF: Final = re.compile(r"Ref::([A-Za-z0-9_-]+)")


def build_container(
    definition: JobDefinition, overrides: Mapping[str, Any], parameters: Mapping[str, str]
) -> Container:
    """Return the container of a job.

    Overrides replace the command and the resources of their type, and are laid over the environment. Each `Ref::name`
    in the command, any number in an argument, becomes the parameter's value; one without a value stays as it is.

    Raises:
        BatchError: A resource is not a positive number, or an override sets a variable that Batch reserves.
    """
    base: Mapping[str, Any] = definition.record["containerProperties"]
    check_environment(overrides.get("environment", []))
    environment = {
        item["name"]: item.get("value", "")
        for item in (*base.get("environment", ()), *overrides.get("environment", ()))
        if "name" in item
    }
    resources = _resources(base, overrides)
    command = overrides.get("command") or base.get("command") or []
    raw = {
        "volumes": [],
        "mountPoints": [],
        "ulimits": [],
        "secrets": [],
        **base,
        "command": list(command),
        "environment": [{"name": name, "value": value} for name, value in environment.items()],
        "resourceRequirements": [{"type": kind, "value": value} for kind, value in resources.items()],
        "networkInterfaces": [],
    }
    return Container(
        name="default",
        image=base["image"],
        command=tuple(_REF.sub(lambda m: parameters.get(m[1], m[0]), argument) for argument in command),
        environment=environment,
        secrets={secret["name"]: secret["valueFrom"] for secret in base.get("secrets", ())},
        job_role_arn=base.get("jobRoleArn"),
        execution_role_arn=base.get("executionRoleArn"),
        vcpus=positive_number("VCPU", resources["VCPU"]),
        memory_mib=int(positive_number("MEMORY", resources["MEMORY"])),
        gpus=int(positive_number("GPU", resources["GPU"])) if "GPU" in resources else 0,
        user=base.get("user"),
        privileged=bool(base.get("privileged", False)),
        readonly_root_filesystem=bool(base.get("readonlyRootFilesystem", False)),
        linux_parameters=base.get("linuxParameters", {}),
        volumes=tuple(base.get("volumes", ())),
        mount_points=tuple(base.get("mountPoints", ())),
        ulimits=tuple(base.get("ulimits", ())),
        log=_log_target(definition, base),
        platform=definition.platform,
        raw=raw,
    )


def _resources(base: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, str]:
    """Merge resources; the old members `vcpus` and `memory` count only where no requirement of that type is given."""
    old: dict[str, str] = {}
    listed: dict[str, str] = {}
    for level in (base, overrides):
        old.update({kind: str(level[member]) for kind, member in _OLD_MEMBERS.items() if member in level})
        listed.update({str(r["type"]).upper(): str(r["value"]) for r in level.get("resourceRequirements", ())})
    return {**old, **listed}


def _log_target(definition: JobDefinition, base: Mapping[str, Any]) -> LogTarget:
    options: Mapping[str, str] = base.get("logConfiguration", {}).get("options", {})
    group = options.get("awslogs-group", _DEFAULT_GROUP)
    return LogTarget(
        group=group,
        prefix=options.get("awslogs-stream-prefix", definition.name),
        create_group=group == _DEFAULT_GROUP or options.get("awslogs-create-group", "").lower() == "true",
    )
