"""Definitions of every shape of job."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
SIZE = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}]


def container(name: str | None, *, vcpus: str = "1", memory: str = "512", **members: Any) -> Json:  # noqa: ANN401
    resources = [{"type": "VCPU", "value": vcpus}, {"type": "MEMORY", "value": memory}]
    named = {} if name is None else {"name": name}
    return {**named, "image": f"image-{name}", "resourceRequirements": resources, **members}


def several(*containers: Json, **members: Any) -> Json:  # noqa: ANN401
    return {"taskProperties": [{"containers": list(containers), **members}]}


MAIN = container(
    "main",
    command=["run", "Ref::file"],
    environment=[{"name": "A", "value": "1"}],
    dependsOn=[{"containerName": "side", "condition": "START"}],
)
SIDE = container("side", vcpus="0.5", essential=False)


RESOURCES = {"limits": {"cpu": "1", "memory": "1024Mi"}}


def entry(name: str | None = None, **members: Any) -> Json:  # noqa: ANN401
    named = {} if name is None else {"name": name}
    return {"image": "image", "resources": RESOURCES, **named, **members}


def pod(*containers: Json, **members: Any) -> Json:  # noqa: ANN401
    return {"podProperties": {"containers": list(containers), **members}}


def group(targets: str, image: str = "image", **members: Any) -> Json:  # noqa: ANN401
    properties = {"image": image, "command": ["run"], "resourceRequirements": SIZE, **members}
    return {"targetNodes": targets, "container": properties}


def nodes(count: int, *groups: Json, main: int = 0) -> Json:
    return {"numNodes": count, "mainNode": main, "nodeRangeProperties": list(groups)}
