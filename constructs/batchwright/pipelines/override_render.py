"""Writes what a submission changes of containers, as `SubmitJob` takes it for each form of a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from batchwright.model.job_shapes import ContainerPart, TaskForm, TaskShape
from batchwright.pipelines.container_override import ContainerOverride, render_words

if TYPE_CHECKING:
    from collections.abc import Sequence

_GPU: Final = "nvidia.com/gpu"


def meant(task: TaskShape, override: ContainerOverride) -> str:
    """The container that an override is for; the only one where it has no name."""
    return task.containers[0].name if override.container is None else override.container


def render_task(task: TaskShape, overrides: Sequence[ContainerOverride]) -> dict[str, Any]:
    """Render what is changed of the containers of one task or pod; nothing without a change.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
    """
    if not overrides:
        return {}
    if task.form is TaskForm.CONTAINER:
        return {task.form.value: _container(overrides[0])}
    by_name = {meant(task, each): each for each in overrides}
    if task.form is TaskForm.ECS:
        containers = [{"Name": name, **_container(each)} for name, each in by_name.items()]
        return {task.form.value: {"TaskProperties": [{"Containers": containers}]}}
    pod = {
        "InitContainers": _pod_containers(task.init_containers, by_name),
        "Containers": _pod_containers(task.containers, by_name),
    }
    return {task.form.value: {"PodProperties": {key: changed for key, changed in pod.items() if changed}}}


def _container(override: ContainerOverride) -> dict[str, Any]:
    rendered: dict[str, Any] = {}
    if override.environment:
        rendered["Environment"] = override.render_environment()
    rendered |= render_words("Command", override.command)
    amounts = override.render_amounts()
    if amounts:
        rendered["ResourceRequirements"] = [{"Type": kind, **amount} for kind, amount in amounts.items()]
    return rendered


def _pod_containers(parts: Sequence[ContainerPart], by_name: dict[str, ContainerOverride]) -> list[dict[str, Any]]:
    changed = [by_name[part.name] for part in parts if part.name in by_name]
    names = [part.name for part in parts if part.name in by_name]
    return [_pod_container(name, each) for name, each in zip(names, changed, strict=True)]


def _pod_container(name: str, override: ContainerOverride) -> dict[str, Any]:
    rendered: dict[str, Any] = {"Name": name}
    if override.environment:
        rendered["Env"] = override.render_environment()
    rendered |= render_words("Command", override.command) | render_words("Args", override.args)
    requests, limits = _pod_amounts(override)
    resources = {key: amounts for key, amounts in (("Limits", limits), ("Requests", requests)) if amounts}
    return rendered | ({"Resources": resources} if resources else {})


def _pod_amounts(override: ContainerOverride) -> tuple[dict[str, str], dict[str, str]]:
    """Render requests and limits. Batch wants memory and GPUs to be the same in both.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksContainerResourceRequirements.html
    """
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    for kind, amount in override.render_amounts().items():
        name = {"VCPU": "cpu", "MEMORY": "memory", "GPU": _GPU}[kind]
        unit = "Mi" if kind == "MEMORY" else ""
        entry = {key.replace("Value", name): f"{value}{unit}" for key, value in amount.items()}
        requests |= entry
        if kind != "VCPU":
            limits |= entry
    return requests, limits
