"""What the API says of a container, in the engine's terms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.engine.errors import BatchError
from batchwright.local.engine.tasks.container import LogTarget
from batchwright.local.engine.tasks.volumes import EmptyVolume, FileSystemVolume, HostVolume, Mount, Volume

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DEFAULT_GROUP: Final = "/aws/batch/job"
_OLD_MEMBERS: Final = {"VCPU": "vcpus", "MEMORY": "memory"}
_REF: Final = re.compile(r"Ref::([A-Za-z0-9_-]+)")


def substituted(arguments: Sequence[str], parameters: Mapping[str, str]) -> tuple[str, ...]:
    """Put parameters in the place of `Ref::name`, any number in an argument; one without a value stays as it is."""
    return tuple(_REF.sub(lambda m: parameters.get(m[1], m[0]), argument) for argument in arguments)


def variables(*levels: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Lay lists of `name` and `value` over each other."""
    return {item["name"]: item.get("value", "") for level in levels for item in level if "name" in item}


def named(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return variables as the API lists them."""
    return [{"name": name, "value": value} for name, value in values.items()]


def sources(secrets: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return where secrets come from, by name."""
    return {secret["name"]: secret["valueFrom"] for secret in secrets}


def resources(container: Mapping[str, Any]) -> dict[str, str]:
    """Return amounts by type; the old members `vcpus` and `memory` count where no requirement of that type is given."""
    old = {kind: str(container[member]) for kind, member in _OLD_MEMBERS.items() if member in container}
    return {**old, **_required(container)}


def overridden_resources(base: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members for resources of a container with overrides.

    As on AWS the old members override each other, but no requirement
    (https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerOverrides.html).
    """
    required = {**_required(base), **_required(overrides)}
    old = {
        member: overrides[member]
        for kind, member in _OLD_MEMBERS.items()
        if member in overrides and kind not in required
    }
    return {**old, "resourceRequirements": [{"type": kind, "value": value} for kind, value in required.items()]}


def _required(container: Mapping[str, Any]) -> dict[str, str]:
    return {str(each["type"]).upper(): str(each["value"]) for each in container.get("resourceRequirements", ())}


def log_target(configuration: Mapping[str, Any], definition: str) -> LogTarget:
    """Return where a container's output goes; without a configuration to Batch's own group."""
    driver = str(configuration.get("logDriver", "awslogs"))
    options: Mapping[str, str] = configuration.get("options", {})
    ours = driver == "awslogs"
    group = options.get("awslogs-group", _DEFAULT_GROUP) if ours else _DEFAULT_GROUP
    return LogTarget(
        group=group,
        prefix=options.get("awslogs-stream-prefix", definition) if ours else definition,
        create_group=group == _DEFAULT_GROUP or options.get("awslogs-create-group", "").lower() == "true",
        driver=driver,
        options=options,
        secret_options=sources(configuration.get("secretOptions", ())),
    )


def volumes(entries: Sequence[Mapping[str, Any]]) -> tuple[Volume, ...]:
    """Return the volumes of an ECS task."""
    return tuple(_volume(entry) for entry in entries)


def mounts(points: Sequence[Mapping[str, Any]]) -> tuple[Mount, ...]:
    """Return the mount points of an ECS container."""
    return tuple(
        Mount(volume=p["sourceVolume"], path=p["containerPath"], read_only=bool(p.get("readOnly", False)))
        for p in points
    )


def chosen(overrides: Sequence[Mapping[str, Any]], names: Sequence[str], where: str) -> dict[str, Mapping[str, Any]]:
    """Return overrides by the name of their container; the name may be left out where there is one container."""
    found: dict[str, Mapping[str, Any]] = {}
    for override in overrides:
        name = str(override.get("name") or (names[0] if len(names) == 1 else ""))
        if name not in names:
            raise BatchError(f"{where}: {name!r} is not a container of the job; they are {', '.join(names)}.")
        found[name] = {**found.get(name, {}), **override}
    return found


def _volume(entry: Mapping[str, Any]) -> Volume:
    name = entry["name"]
    path = entry.get("host", {}).get("sourcePath")
    if path:
        return HostVolume(name=name, path=path)
    if efs := entry.get("efsVolumeConfiguration"):
        access = efs.get("authorizationConfig", {})
        return FileSystemVolume(
            name=name,
            file_system_id=efs["fileSystemId"],
            root_directory=efs.get("rootDirectory") or "/",
            access_point_id=access.get("accessPointId"),
            transit_encryption=str(efs.get("transitEncryption", "")).upper() == "ENABLED",
            iam=str(access.get("iam", "")).upper() == "ENABLED",
        )
    if files := entry.get("s3filesVolumeConfiguration"):
        return FileSystemVolume(
            name=name,
            file_system_id=files["fileSystemArn"],
            root_directory=files.get("rootDirectory") or "/",
            access_point_id=files.get("accessPointArn"),
            transit_encryption=True,
            iam=True,
        )
    return EmptyVolume(name=name)
