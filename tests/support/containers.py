"""Containers of job definitions of any shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def tasks_of(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Tasks on ECS, of each group of nodes too: a container of the older form is one."""
    holders = [definition, *definition.get("NodeProperties", {}).get("NodeRangeProperties", [])]
    for holder in holders:
        for name in ("ContainerProperties", "Container"):
            if name in holder:
                yield holder[name]
        yield from holder.get("EcsProperties", {}).get("TaskProperties", [])


def containers_of(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Containers on ECS, of each group of nodes too."""
    for task in tasks_of(definition):
        yield from task.get("Containers", [task])


def pod_containers_of(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Containers of pods, those that prepare them too."""
    holders = [definition, *definition.get("NodeProperties", {}).get("NodeRangeProperties", [])]
    for holder in holders:
        pod = holder.get("EksProperties", {}).get("PodProperties", {})
        yield from (*pod.get("InitContainers", []), *pod.get("Containers", []))
