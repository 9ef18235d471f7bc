"""A pod: the containers of a job on Amazon EKS, and what they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from batchwright.jobs.eks.container import PodContainer
from batchwright.model import Platform, Problem, Requirements
from batchwright.model.arguments import item_problems, kind_problems, mapping_problems
from batchwright.model.eks import eks_container_count_problems, eks_namespace_problems
from batchwright.model.job_shapes import ContainerPart, TaskForm, TaskShape
from batchwright.model.kubernetes import annotation_problems, pod_label_problems, subdomain_name_problems
from batchwright.model.pods import DNS_POLICIES, container_name_problems, mixed_architecture_problems, pod_amount
from batchwright.tokens import is_token, known

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from batchwright.images.job_image import JobImage
    from batchwright.jobs.eks.volumes import PodVolume


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """The containers of a job on Amazon EKS, and what they share.

    Its volumes are those that its containers mount. It has no job role: give the service account one, with EKS Pod
    Identity or IAM roles for service accounts.

    CloudFormation has no security context of the whole pod; `SecurityContext` says where it belongs.
    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksPodProperties.html

    Attributes:
        containers: 1 to 10 containers, which run side by side. A submission changes them by their names.
        init_containers: Up to 10 that run before, one after the other; each must succeed.
        service_account: The service account, with the permissions of its IAM role; the namespace's default one when
            left out.
        namespace: The namespace; the compute environment's when left out. Another one needs the same RBAC roles there.
        labels: Labels of the pod.
        annotations: Annotations of the pod.
        host_network: Whether it shares the node's network, with its address and its ports: Batch's default, as most
            jobs only call out. Without, it gets an address of its own.
        dns_policy: `Default`, `ClusterFirst` or `ClusterFirstWithHostNet`; by default the one that fits the network.
        image_pull_secrets: Kubernetes secrets with the login to private registries.
        share_process_namespace: Whether its containers see each other's processes.
    """

    containers: Sequence[PodContainer]
    init_containers: Sequence[PodContainer] = ()
    service_account: str | None = None
    namespace: str | None = None
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None
    host_network: bool | None = None
    dns_policy: Literal["Default", "ClusterFirst", "ClusterFirstWithHostNet"] | None = None
    image_pull_secrets: Sequence[str] = ()
    share_process_namespace: bool = False

    @property
    def all_containers(self) -> tuple[PodContainer, ...]:
        """Its init containers and its containers."""
        return (*self.init_containers, *self.containers)

    @property
    def volumes(self) -> tuple[PodVolume, ...]:
        """What its containers mount, each volume once."""
        volumes = [mount.volume for container in self.all_containers for mount in container.mounts]
        return tuple({volume.name: volume for volume in volumes}.values())

    def images(self, field: str) -> dict[str, JobImage]:
        """The images of its containers, by their fields' names below `field`."""
        listed = {"containers": self.containers, "init_containers": self.init_containers}
        return {
            f"{field}.{name}[{number}].image": each.image
            for name, containers in listed.items()
            for number, each in enumerate(containers)
        }

    @property
    def words(self) -> tuple[str, ...]:
        """The commands and arguments of its containers, one after another."""
        return tuple(word for container in self.all_containers for word in (*container.command, *container.args))

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that may be long: commands, arguments and environment variables."""
        variables = [container.environment or {} for container in self.all_containers]
        return (*self.words, *(text for each in variables for pair in each.items() for text in pair))

    @property
    def shape(self) -> TaskShape:
        """Its containers as far as submissions care."""
        return TaskShape(TaskForm.EKS, _parts(self.containers), _parts(self.init_containers))

    def requirements(self) -> Requirements:
        """Say what a node must have left for it."""
        main, before = self.containers, self.init_containers
        memory = pod_amount([each.memory_mib for each in main], [each.memory_mib for each in before])
        return Requirements(
            platform=Platform.EKS,
            vcpus=pod_amount([known(each.vcpus) for each in main], [known(each.vcpus) for each in before]),
            memory_mib=None if memory is None else int(memory),
            architecture=next(filter(None, (each.image.architecture for each in self.all_containers)), None),
            gpus=pod_amount([known(each.gpus) for each in main], [known(each.gpus) for each in before]),
        )

    def problems(self, field: str) -> Sequence[Problem]:
        """Find what Batch or Kubernetes would refuse.

        Args:
            field: How the caller wrote the pod.
        """
        wrong_kinds = [*self.kind_problems(field)]
        if wrong_kinds:
            return wrong_kinds
        found = [*self._container_problems(field)]
        broken = bool(found)
        for name, containers in (("containers", self.containers), ("init_containers", self.init_containers)):
            for number, container in enumerate(containers):
                found += container.problems(f"{field}.{name}[{number}]")
        # What is no container is not asked what it has in common with others.
        return found if broken or found else [*self._shared_problems(field), *self._setting_problems(field)]

    def kind_problems(self, field: str) -> Iterable[Problem]:
        """Find arguments of another kind than is meant; until they are right, nothing else can be asked."""
        for name, containers in (("containers", self.containers), ("init_containers", self.init_containers)):
            yield from item_problems(f"{field}.{name}", containers, PodContainer, fix="Use [PodContainer(...)].")
        for name in ("labels", "annotations"):
            given = getattr(self, name) or {}
            yield from mapping_problems(f"{field}.{name}", given, str, fix='Use {"team": "imaging"}.')
        for name in ("service_account", "namespace", "dns_policy"):
            yield from kind_problems(f"{field}.{name}", getattr(self, name), str, fix="Use a text.")
        for name in ("host_network", "share_process_namespace"):
            yield from kind_problems(f"{field}.{name}", getattr(self, name), bool, fix="Use True or False.")
        secrets = self.image_pull_secrets
        yield from item_problems(f"{field}.image_pull_secrets", secrets, str, fix='Use ["registry-login"].')

    def _container_problems(self, field: str) -> Iterable[Problem]:
        if not self.containers:
            yield Problem(f"{field}.containers", "none", "1 to 10 containers", "Add a PodContainer.")
        for name, containers in (("containers", self.containers), ("init_containers", self.init_containers)):
            yield from eks_container_count_problems(len(containers), field=f"{field}.{name}")
        names = [container.name for container in self.all_containers]
        yield from container_name_problems(f"{field}.containers", names)

    def _shared_problems(self, field: str) -> Iterable[Problem]:
        built_for = {container.name: container.image.architecture for container in self.all_containers}
        architectures = {name: architecture for name, architecture in built_for.items() if architecture is not None}
        yield from mixed_architecture_problems(f"{field}.containers", architectures)
        sources = {volume.name: volume for volume in self.volumes}
        for container in self.all_containers:
            for mount in container.mounts:
                if mount.volume != sources[mount.volume.name]:
                    allowed = "one volume for each name"
                    yield Problem(f"{field}.volumes", mount.volume.name, allowed, "Give one of them another name.")

    def _setting_problems(self, field: str) -> Iterable[Problem]:
        if self.namespace is not None and not is_token(self.namespace):
            for problem in eks_namespace_problems(self.namespace):
                yield Problem(f"{field}.namespace", problem.value, problem.allowed, problem.fix)
        if self.service_account is not None and not is_token(self.service_account):
            yield from subdomain_name_problems(f"{field}.service_account", self.service_account)
        for number, secret in enumerate(self.image_pull_secrets):
            if not is_token(secret):
                yield from subdomain_name_problems(f"{field}.image_pull_secrets[{number}]", secret)
        yield from pod_label_problems(f"{field}.labels", _plain(self.labels))
        yield from annotation_problems(f"{field}.annotations", _plain(self.annotations))
        if self.dns_policy is not None and self.dns_policy not in DNS_POLICIES:
            allowed = ", ".join(DNS_POLICIES)
            yield Problem(f"{field}.dns_policy", self.dns_policy, allowed, "Leave it out for the one that fits.")


def _plain(entries: Mapping[str, str] | None) -> dict[str, str]:
    """Leave out what is known only at deployment."""
    return {key: value for key, value in (entries or {}).items() if not is_token(value) and not is_token(key)}


def _parts(containers: Sequence[PodContainer]) -> tuple[ContainerPart, ...]:
    return tuple(ContainerPart(each.name, tuple(each.command), tuple(each.args)) for each in containers)
