"""A container of a pod."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from batchwright.images.job_image import JobImage
from batchwright.jobs.containers.environment import environment_problems
from batchwright.jobs.eks.security import SecurityContext
from batchwright.jobs.eks.volumes import PodMount
from batchwright.jobs.units import size_of
from batchwright.model import Platform, Problem
from batchwright.model.arguments import item_problems, kind_problems, mapping_problems
from batchwright.model.eks import eks_cpu_limit_problems, eks_cpu_problems, eks_gpu_problems, eks_memory_problems
from batchwright.model.kubernetes import label_name_problems
from batchwright.model.pods import IMAGE_PULL_POLICIES, mount_target_problems
from batchwright.model.windows import windows_platform_problems
from batchwright.tokens import is_token, known, mebibytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aws_cdk import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class PodContainer:
    """A container of a pod: what it runs, and what it gets.

    Names are Kubernetes': `command` takes the place of the image's entry point, `args` that of its command. `Ref::name`
    in either takes a parameter of the job; `$(NAME)` takes an environment variable.
    `AWS_REGION` and `AWS_DEFAULT_REGION` are set, because nodes do not pass them on.

    The image may be in any registry; from ECR the node's role pulls it.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksContainer.html

    Attributes:
        image: What runs, with its architecture.
        vcpus: CPUs that it gets for sure, and by which Batch sizes the cluster: a multiple of 0.25. It may use what its
            node has idle, up to `vcpus_limit`.
        memory: Memory, at least 4 MiB, rounded up to whole MiB; the container is killed above it.
        name: Its name in the pod, by which a submission overrides it: lower-case letters, digits and inner hyphens.
        command: In place of the image's entry point, one list item each: no shell splits them.
        args: Arguments for the entry point.
        environment: Environment variables. Never a secret: use `PodVolume.secret`.
        gpus: NVIDIA GPUs.
        vcpus_limit: CPUs that it is held to; none by default, as on EC2 hosts.
        mounts: Volumes of the pod, and where: `PodVolume.empty_dir("scratch").mount("/scratch")`.
        security: Who it runs as, and what it may do.
        image_pull_policy: `Always`, `IfNotPresent` or `Never`; by default `Always` for the tag `latest`, else
            `IfNotPresent`.
    """

    image: JobImage
    vcpus: float
    memory: Size
    name: str = "main"
    command: Sequence[str] = ()
    args: Sequence[str] = ()
    environment: Mapping[str, str] | None = None
    gpus: int = 0
    vcpus_limit: float | None = None
    mounts: Sequence[PodMount] = ()
    security: SecurityContext | None = None
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None

    @property
    def memory_mib(self) -> int | None:
        """Its memory in MiB; None when known only at deployment."""
        return mebibytes(self.memory)

    def problems(self, field: str) -> Sequence[Problem]:
        """Find what Batch or Kubernetes would refuse.

        Args:
            field: How the caller wrote this container: `pod`, or `pod.containers[0]`.
        """
        wrong_kinds = [_at(field, problem) for problem in self._kind_problems()]
        if wrong_kinds:
            return wrong_kinds
        found = [_at(field, problem) for problem in (*self._size_problems(), *self._setting_problems())]
        for number, mount in enumerate(self.mounts):
            found += mount.problems(f"{field}.mounts[{number}]")
        if self.security is not None:
            found += self.security.problems(f"{field}.security")
        return found

    def _kind_problems(self) -> Iterable[Problem]:
        yield from _needed("image", self.image, JobImage, fix='Use JobImage.from_registry("...").')
        for name, number in (("vcpus", self.vcpus), ("gpus", self.gpus)):
            yield from _needed(name, number, (int, float), fix="Use a number, such as 1.")
        yield from kind_problems("vcpus_limit", self.vcpus_limit, (int, float), fix="Use a number, such as 4.")
        yield from _needed("memory", self.memory, object, fix="Use Size.gibibytes(4).")
        yield from size_of("memory", self.memory, fix="Use Size.gibibytes(4).")[1]
        yield from _needed("name", self.name, str, fix='Use a text, such as "main".')
        for name, words in (("command", self.command), ("args", self.args)):
            yield from item_problems(name, words, str, fix='Use ["python", "main.py"].')
        yield from mapping_problems("environment", self.environment or {}, str, fix='Use {"NAME": "value"}.')
        yield from item_problems("mounts", self.mounts, PodMount, fix='Use [volume.mount("/data")].')
        yield from kind_problems("security", self.security, SecurityContext, fix="Use SecurityContext(user=1000).")

    def _size_problems(self) -> Iterable[Problem]:
        vcpus, gpus, mib = known(self.vcpus), known(self.gpus), self.memory_mib
        limit = None if self.vcpus_limit is None else known(self.vcpus_limit)
        if vcpus is not None:
            yield from _renamed("vcpus", eks_cpu_problems(vcpus))
        if limit is not None:
            yield from _renamed("vcpus_limit", eks_cpu_problems(limit))
            if vcpus is not None:
                yield from _renamed("vcpus", eks_cpu_limit_problems(limit, vcpus))
        if mib is not None:
            yield from eks_memory_problems(f"{mib}Mi")
        if gpus is not None:
            yield from _renamed("gpus", eks_gpu_problems(gpus))

    def _setting_problems(self) -> Iterable[Problem]:
        if not is_token(self.name):
            yield from label_name_problems("name", self.name)
        yield from environment_problems(self.environment or {})
        if self.image.operating_system.is_windows:
            yield from windows_platform_problems(Platform.EKS)
        if self.image.credentials is not None:
            allowed = "images without registry credentials, which only ECS reads from Secrets Manager"
            yield Problem("image", "an image with credentials", allowed, "Use Pod(image_pull_secrets=[...]).")
        yield from mount_target_problems("mounts", [mount.path for mount in self.mounts])
        policy = self.image_pull_policy
        if policy is not None and policy not in IMAGE_PULL_POLICIES:
            allowed = ", ".join(IMAGE_PULL_POLICIES)
            yield Problem("image_pull_policy", policy, allowed, "Leave it out for Kubernetes' own choice.")


def _needed(field: str, value: object, wanted: type | tuple[type, ...], *, fix: str) -> Iterable[Problem]:
    if value is None:
        yield Problem(field, None, "a value", fix)
    yield from kind_problems(field, value, wanted, fix=fix)


def _renamed(field: str, problems: Iterable[Problem]) -> Iterable[Problem]:
    """Name the argument as it is written here."""
    for problem in problems:
        yield Problem(field, problem.value, problem.allowed, problem.fix)


def _at(place: str, problem: Problem) -> Problem:
    return Problem(f"{place}.{problem.field}", problem.value, problem.allowed, problem.fix)
