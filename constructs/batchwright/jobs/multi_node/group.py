"""A group of nodes of a multi-node job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from batchwright.jobs.consumable_resource import consumable_problems
from batchwright.jobs.containers.container import within
from batchwright.jobs.eks.container import PodContainer
from batchwright.jobs.eks.pod import Pod
from batchwright.jobs.multi_container.container import TaskContainer
from batchwright.jobs.multi_container.task import (
    task_environments,
    task_images,
    task_kind_problems,
    task_problems,
    task_requirements,
    task_shape,
    task_words,
)
from batchwright.model import Platform, Problem
from batchwright.model.arguments import required_problems
from batchwright.model.job_shapes import TaskForm
from batchwright.model.multi_container import namespace_mode_problems
from batchwright.model.multi_node import node_count_problems
from batchwright.model.sizes import ec2_vcpu_problems

if TYPE_CHECKING:
    from batchwright.images.job_image import JobImage
    from batchwright.jobs.consumable_resource import Consumable
    from batchwright.jobs.multi_node.efa import Efa
    from batchwright.model import Requirements
    from batchwright.model.job_shapes import TaskShape

NodeWork: TypeAlias = TaskContainer | Sequence[TaskContainer] | Pod | PodContainer
_RUNS: Final = "a TaskContainer, a list of them, a Pod or a PodContainer"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeGroup:
    """Nodes of a `MultiNodeJob` that run the same.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/mnp-node-groups.html

    Attributes:
        nodes: How many, known now.
        runs: What runs on each of them, alone on its host: a `TaskContainer`, a list of up to 10 that belong together,
            or on EKS a `Pod` or a `PodContainer`.
        consumable_resources: What each node holds while it runs, and how much of it.
        ipc_mode: `task` for shared memory among the containers of a node, `host` with the host too, `none` for each its
            own; not on EKS. By default as the hosts' Docker does it.
        pid_mode: `task` when the containers of a node are to see each other's processes, `host` for all of the host's;
            not on EKS, where a `Pod` says it.
    """

    nodes: int
    runs: NodeWork
    consumable_resources: Mapping[Consumable, int] = field(default_factory=dict)
    ipc_mode: Literal["host", "task", "none"] | None = None
    pid_mode: Literal["host", "task"] | None = None

    @property
    def pod(self) -> Pod | None:
        """The pod that each node runs; None on ECS."""
        if isinstance(self.runs, PodContainer):
            return Pod(containers=(self.runs,))
        return self.runs if isinstance(self.runs, Pod) else None

    @property
    def containers(self) -> tuple[TaskContainer, ...]:
        """The containers that each node runs; none on EKS."""
        if isinstance(self.runs, TaskContainer):
            return (self.runs,)
        return tuple(self.runs) if isinstance(self.runs, list | tuple) else ()

    @property
    def form(self) -> TaskForm:
        """How the definition describes it: the older form as long as there is one container without more."""
        if self.pod is not None:
            return TaskForm.EKS
        shared = self.ipc_mode is not None or self.pid_mode is not None
        alone = isinstance(self.runs, TaskContainer) and not self.runs.needs_task and not shared
        return TaskForm.CONTAINER if alone else TaskForm.ECS

    @property
    def shape(self) -> TaskShape:
        """Its containers as far as submissions care."""
        pod = self.pod
        return task_shape(self.containers, self.form) if pod is None else pod.shape

    def images(self, at: str) -> dict[str, JobImage]:
        """The images of its containers, by their fields' names below `at`, which is how the caller wrote the group."""
        if self.pod is not None:
            return self.pod.images(f"{at}.runs")
        if isinstance(self.runs, TaskContainer):
            return {f"{at}.runs.image": self.runs.image}
        return task_images(self.containers, f"{at}.runs")

    def environments(self, at: str) -> dict[str, Mapping[str, str]]:
        """The environment variables of its containers, by their fields' names below `at`; none of pods."""
        if isinstance(self.runs, TaskContainer):
            return {f"{at}.runs.environment": self.runs.environment}
        return task_environments(self.containers, f"{at}.runs")

    @property
    def words(self) -> Sequence[str]:
        """The commands of its containers, one after another."""
        return task_words(self.containers) if self.pod is None else self.pod.words

    @property
    def texts(self) -> Sequence[str]:
        """Every text that may be long."""
        return [text for each in self.containers for text in each.texts] if self.pod is None else self.pod.texts

    def with_efa(self, efa: Efa) -> NodeGroup:
        """The same, with EFA devices for each essential container; sidecars exchange nothing with other nodes."""
        if self.pod is not None:
            return self
        around = efa.around
        containers = [replace(each, linux=around(each.linux)) if each.essential else each for each in self.containers]
        runs = containers[0] if isinstance(self.runs, TaskContainer) else containers
        return replace(self, runs=runs)

    def requirements(self) -> Requirements:
        """What one node needs."""
        pod = self.pod
        return task_requirements(self.containers, Platform.EC2) if pod is None else pod.requirements()

    def kind_problems(self, at: str) -> Sequence[Problem]:
        """Find arguments of another kind than is meant; until they are right, nothing else can be asked."""
        found: list[Problem] = []
        if isinstance(self.nodes, bool) or not isinstance(self.nodes, int):
            found.append(Problem(f"{at}.nodes", self.nodes, "a whole number, known now", "Use 4."))
        held = self.consumable_resources
        found.extend(required_problems(f"{at}.consumable_resources", held, Mapping, fix="Use {licenses: 1}."))
        match self.runs:
            case TaskContainer():
                found.extend(self.runs.kind_problems(f"{at}.runs."))
            case Pod() | PodContainer():
                pass  # a pod says of itself what is wrong with it
            case list() | tuple():
                found.extend(task_kind_problems(self.runs, f"{at}.runs"))
            case _:
                found.append(Problem(f"{at}.runs", self.runs, _RUNS, "Use TaskContainer(image=..., vcpus=..., ...)."))
        return found

    def problems(self, at: str) -> Sequence[Problem]:
        """Find what AWS would refuse of one node, whether it fits into a queue aside."""
        counts = within(f"{at}.", [replace(each, field="nodes") for each in node_count_problems(self.nodes)])
        consumed = consumable_problems(self.consumable_resources, field=f"{at}.consumable_resources")
        modes = within(f"{at}.", self._mode_problems())
        return [*counts, *consumed, *modes, *self._work_problems(f"{at}.runs")]

    def _mode_problems(self) -> Sequence[Problem]:
        if self.pod is None:
            return namespace_mode_problems(
                ipc_mode=self.ipc_mode, pid_mode=self.pid_mode, platform=Platform.EC2, windows=False
            )
        given = {"ipc_mode": self.ipc_mode, "pid_mode": self.pid_mode}
        fix = "Use Pod(share_process_namespace=True) for the processes, or leave it out."
        return [Problem(name, mode, "nothing on EKS", fix) for name, mode in given.items() if mode is not None]

    def _work_problems(self, at: str) -> Sequence[Problem]:
        if self.pod is not None:
            return self.pod.problems(at)
        found = [*task_problems(self.containers, at, platform=Platform.EC2)]
        if isinstance(self.runs, TaskContainer):
            found = [replace(each, field=each.field.replace(f"{at}[0]", at, 1)) for each in found]
        if self.form is TaskForm.CONTAINER and not any(each.field == f"{at}.vcpus" for each in found):
            found.extend(within(f"{at}.", ec2_vcpu_problems(self.requirements().vcpus)))
        return found


def greediest(groups: Sequence[NodeGroup]) -> Requirements:
    """Say what a host must have for a node of any group: the most vCPUs, memory and GPUs of any."""
    needs = [group.requirements() for group in groups]
    memory = _most([each.memory_mib for each in needs])
    return replace(
        needs[0],
        architecture=next(filter(None, (each.architecture for each in needs)), None),
        vcpus=_most([each.vcpus for each in needs]),
        memory_mib=None if memory is None else int(memory),
        gpus=_most([each.gpus for each in needs]),
    )


def _most(amounts: Sequence[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return max(known) if len(known) == len(amounts) else None
