"""Volumes of a pod, and where its containers see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from batchwright.jobs.units import size_of
from batchwright.model import Problem
from batchwright.model.arguments import flag_problems, like_problems, required_problems
from batchwright.model.kubernetes import (
    label_name_problems,
    mount_path_problems,
    sub_path_problems,
    subdomain_name_problems,
)
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aws_cdk import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyDir:
    """An empty folder that lives as long as the pod: on the node's disk, or in its memory."""

    size: Size | None
    in_memory: bool

    def problems(self) -> Sequence[Problem]:
        """Find a size that is none."""
        mib, found = size_of("size", self.size, fix="Use Size.gibibytes(10).")
        found = [*found, *flag_problems("in_memory", self.in_memory)]
        if self.size is None or found or mib is None or mib >= 1:
            return found
        return [Problem("size", f"{mib} MiB", "1 MiB or more", "Leave it out for no limit.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPath:
    """A folder or file of the node."""

    path: str

    def problems(self) -> Sequence[Problem]:
        """Find a path that is not absolute."""
        return _named("path", self.path, mount_path_problems, fix='Use a text, such as "/mnt/nvme".')


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A Kubernetes secret, a file for each of its keys."""

    secret_name: str
    optional: bool

    def problems(self) -> Sequence[Problem]:
        """Find a name that no secret has."""
        fix = 'Use a text, such as "database".'
        wrong = _named("secret_name", self.secret_name, subdomain_name_problems, fix=fix)
        return [*wrong, *flag_problems("optional", self.optional)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A PersistentVolumeClaim of the pod's namespace."""

    claim_name: str
    read_only: bool

    def problems(self) -> Sequence[Problem]:
        """Find a name that no claim has."""
        fix = 'Use a text, such as "data".'
        wrong = _named("claim_name", self.claim_name, subdomain_name_problems, fix=fix)
        return [*wrong, *flag_problems("read_only", self.read_only)]


@dataclass(frozen=True, slots=True)
class PodVolume:
    """A volume of a pod; made by `empty_dir`, `host_path`, `secret` or `claim`, and used by `mount`.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksVolume.html

    Attributes:
        name: Its name in the pod: 1 to 63 lower-case letters, digits and inner hyphens.
        source: What it is made of.
    """

    name: str
    source: EmptyDir | HostPath | Secret | Claim

    @classmethod
    def empty_dir(cls, name: str, *, size: Size | None = None, in_memory: bool = False) -> PodVolume:
        """Make an empty folder for scratch data; it is gone with the pod, and so after each attempt.

        Args:
            name: Its name in the pod.
            size: The pod is evicted above it; no limit when left out.
            in_memory: Whether it lies in the node's memory. What is written there counts against the memory of the
                container that writes it.
        """
        return cls(name, EmptyDir(size=size, in_memory=in_memory))

    @classmethod
    def host_path(cls, name: str, path: str) -> PodVolume:
        """Take a folder of the node, such as an NVMe disk that its launch template has mounted.

        Jobs on the same node share it, and nothing empties it.
        """
        return cls(name, HostPath(path=path))

    @classmethod
    def secret(cls, name: str, *, secret_name: str, optional: bool = False) -> PodVolume:
        """Take a Kubernetes secret of the pod's namespace; each of its keys is a file.

        Args:
            name: Its name in the pod.
            secret_name: The secret's name.
            optional: Whether the pod starts without it; else it waits until the secret is there.
        """
        return cls(name, Secret(secret_name=secret_name, optional=optional))

    @classmethod
    def claim(cls, name: str, *, claim_name: str, read_only: bool = False) -> PodVolume:
        """Take a PersistentVolumeClaim of the pod's namespace: an EBS, EFS or FSx volume, by the cluster's driver.

        Args:
            name: Its name in the pod.
            claim_name: The claim's name.
            read_only: Whether no container may write, whatever its mount says.
        """
        return cls(name, Claim(claim_name=claim_name, read_only=read_only))

    def mount(self, path: str, *, read_only: bool = False, sub_path: str | None = None) -> PodMount:
        """Mount it into a container, as one of its `mounts`.

        Args:
            path: Where in the container: an absolute path.
            read_only: Whether the container may not write.
            sub_path: A folder of the volume to mount in place of all of it.
        """
        return PodMount(volume=self, path=path, read_only=read_only, sub_path=sub_path)

    def problems(self, field: str) -> Sequence[Problem]:
        """Find what Kubernetes would refuse."""
        fix = 'Use PodVolume.empty_dir("scratch"), for example.'
        wrong = like_problems(f"{field}.source", self.source, "problems", kind="a volume", fix=fix, required=True)
        return [
            *_named(f"{field}.name", self.name, label_name_problems, fix='Use a text, such as "scratch".'),
            *(wrong or [replace(each, field=f"{field}.{each.field}") for each in self.source.problems()]),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PodMount:
    """A volume of the pod as one container sees it; made by `PodVolume.mount`.

    Attributes:
        volume: The volume.
        path: Where in the container.
        read_only: Whether the container may not write.
        sub_path: The folder of the volume that is mounted; None for all of it.
    """

    volume: PodVolume
    path: str
    read_only: bool = False
    sub_path: str | None = None

    def problems(self, field: str) -> Sequence[Problem]:
        """Find what Kubernetes would refuse."""
        fix = 'Use PodVolume.empty_dir("scratch").'
        wrong = required_problems(f"{field}.volume", self.volume, PodVolume, fix=fix)
        return [
            *(wrong or self.volume.problems(f"{field}.volume")),
            *_named(f"{field}.path", self.path, mount_path_problems, fix='Use a text, such as "/scratch".'),
            *flag_problems(f"{field}.read_only", self.read_only),
            *(
                _named(f"{field}.sub_path", self.sub_path, sub_path_problems, fix='Use a text, such as "runs".')
                if self.sub_path is not None
                else ()
            ),
        ]


def _named(field: str, name: object, judge: Callable[[str, str], Sequence[Problem]], *, fix: str) -> Sequence[Problem]:
    """Judge a name or a path, unless it is no text or known only at deployment."""
    if not isinstance(name, str):
        return required_problems(field, name, str, fix=fix)
    return [] if is_token(name) else judge(field, name)
