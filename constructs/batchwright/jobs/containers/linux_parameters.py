"""What Docker sets up around a container on a host of Linux: shared memory, swap, devices, limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk import Size
from aws_cdk import aws_batch as batch

from batchwright.jobs.units import size_of
from batchwright.model import Problem
from batchwright.model import linux_parameters as model
from batchwright.model.arguments import item_problems, kind_problems, number_problems, texts_problems
from batchwright.tokens import is_token, known

if TYPE_CHECKING:
    from collections.abc import Sequence

_MEMORY_FIX = "Use Size.gibibytes(1)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tmpfs:
    """A folder in memory. What lies in it counts as the container's memory.

    Attributes:
        path: The folder in the container, such as `/scratch`.
        size: The most that it takes.
        options: Mount options, such as `noexec` or `uid=1000`.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Tmpfs.html
    """

    path: str
    size: Size
    options: Sequence[str] = ()

    def problems(self, field: str, *, memory_mib: float | None = None) -> Sequence[Problem]:
        """Find what Docker would refuse, and a size beyond the container's memory."""
        size, found = size_of(f"{field}.size", self.size, fix=_MEMORY_FIX)
        found.extend(model.container_path_problems(self.path, field=f"{field}.path"))
        given: object = self.size
        if given is None:
            found.append(Problem(f"{field}.size", None, "a Size", _MEMORY_FIX))
        options = texts_problems(f"{field}.options", self.options, fix='Use ["noexec"].')
        found.extend(options or model.tmpfs_option_problems(self.options, field=f"{field}.options"))
        if size is not None:
            found.extend(model.tmpfs_size_problems(size, field=f"{field}.size"))
            if memory_mib is not None:
                found.extend(model.large_tmpfs_problems(size, memory_mib, field=f"{field}.size"))
        return found

    def render(self) -> batch.CfnJobDefinition.TmpfsProperty:
        """Render as a part of `LinuxParameters`."""
        return batch.CfnJobDefinition.TmpfsProperty(
            container_path=self.path,
            size=_amount(self.size),
            mount_options=list(self.options) or None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of the host, such as `/dev/neuron0`.

    Attributes:
        host_path: Its path on the host.
        container_path: Its path in the container; the same by default.
        permissions: Some of `READ`, `WRITE` and `MKNOD`; all of them by default.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Device.html
    """

    host_path: str
    container_path: str | None = None
    permissions: Sequence[str] = ()

    def problems(self, field: str) -> Sequence[Problem]:
        """Find what Docker would refuse."""
        found = [*model.container_path_problems(self.host_path, field=f"{field}.host_path")]
        if self.container_path is not None:
            found.extend(model.container_path_problems(self.container_path, field=f"{field}.container_path"))
        kinds = texts_problems(f"{field}.permissions", self.permissions, fix='Use ["READ"].')
        found.extend(kinds or model.device_permission_problems(self.permissions, field=f"{field}.permissions"))
        return found

    def render(self) -> batch.CfnJobDefinition.DeviceProperty:
        """Render as a part of `LinuxParameters`; the container's path is written even where it is the host's."""
        return batch.CfnJobDefinition.DeviceProperty(
            host_path=self.host_path,
            container_path=self.container_path or self.host_path,
            permissions=list(self.permissions) or None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ulimit:
    """A limit of the container's processes.

    Attributes:
        name: `nofile`, `memlock`, `stack`, ...
        soft: The limit that counts; -1 for none.
        hard: The limit that the program may raise it to; the same by default.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Ulimit.html
    """

    name: str
    soft: int
    hard: int | None = None

    def problems(self, field: str) -> Sequence[Problem]:
        """Find an unknown name, or a soft limit above the hard one."""
        fix = "Use a whole number, or -1 for no limit."
        found = [
            *number_problems(f"{field}.soft", self.soft, fix=fix),
            *([] if self.hard is None else number_problems(f"{field}.hard", self.hard, fix=fix)),
        ]
        if found:
            return [*model.ulimit_name_problems(self.name, field=f"{field}.name"), *found]
        hard = self.soft if self.hard is None else self.hard
        return [
            *model.ulimit_name_problems(self.name, field=f"{field}.name"),
            *model.ulimit_problems(known(self.soft), known(hard), field=f"{field}.soft"),
        ]

    def render(self) -> batch.CfnJobDefinition.UlimitProperty:
        """Render as one of a container's `Ulimits`."""
        return batch.CfnJobDefinition.UlimitProperty(
            name=self.name, soft_limit=self.soft, hard_limit=self.soft if self.hard is None else self.hard
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LinuxParameters:
    """What Docker sets up around a container; on Fargate only `init_process`, for Windows nothing.

    Attributes:
        shared_memory: Size of `/dev/shm`, over which MPI ranks and PyTorch's data loaders exchange data; Docker's
            default of 64 MiB is too small for both. 4 GiB is a good start. It counts as the container's memory.
        tmpfs: Folders in memory.
        max_swap: Swap beyond the memory, where the host has any; 0 for none. ECS images have none unless it is set up.
        swappiness: 0 to 100, with `max_swap`; Docker's default is 60.
        devices: Devices of the host. GPUs need none: they come with `gpus`.
        init_process: Whether a small init process forwards signals and reaps orphans, as a shell script does neither.
        ulimits: Limits of the processes. RDMA over EFA needs `Ulimit(name="memlock", soft=-1)`.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_LinuxParameters.html
    """

    shared_memory: Size | None = None
    tmpfs: Sequence[Tmpfs] = ()
    max_swap: Size | None = None
    swappiness: int | None = None
    devices: Sequence[Device] = ()
    init_process: bool | None = None
    ulimits: Sequence[Ulimit] = ()

    def problems(self, field: str = "linux", *, memory_mib: float | None = None) -> Sequence[Problem]:
        """Find what AWS or Docker would refuse.

        Args:
            field: What the caller calls this value.
            memory_mib: The container's memory, which shared memory and tmpfs are part of; None when open.
        """
        kinds = self._kind_problems(field)
        if kinds:
            return kinds
        found = [problem for at, each in _each(f"{field}.devices", self.devices) for problem in each.problems(at)]
        for at, limit in _each(f"{field}.ulimits", self.ulimits):
            found.extend(limit.problems(at))
        for at, folder in _each(f"{field}.tmpfs", self.tmpfs):
            found.extend(folder.problems(at, memory_mib=memory_mib))
        return [*found, *self._memory_problems(field, memory_mib)]

    def given(self) -> dict[str, Any]:
        """What is set, by the name of the attribute: for platforms that do not have some of it."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value is not None and value != () and value != []}

    def render(self) -> batch.CfnJobDefinition.LinuxParametersProperty | None:
        """Render as a container's `LinuxParameters`, of which the limits are no part; None when nothing is set."""
        if not self.given().keys() - {"ulimits"}:
            return None
        return batch.CfnJobDefinition.LinuxParametersProperty(
            shared_memory_size=None if self.shared_memory is None else _amount(self.shared_memory),
            tmpfs=[each.render() for each in self.tmpfs] or None,
            max_swap=None if self.max_swap is None else _amount(self.max_swap),
            swappiness=self.swappiness,
            devices=[each.render() for each in self.devices] or None,
            init_process_enabled=self.init_process,
        )

    def _kind_problems(self, field: str) -> Sequence[Problem]:
        return [
            *item_problems(f"{field}.tmpfs", self.tmpfs, Tmpfs, fix='Use [Tmpfs(path="/tmp", size=...)].'),
            *item_problems(f"{field}.devices", self.devices, Device, fix='Use [Device(host_path="/dev/fuse")].'),
            *item_problems(f"{field}.ulimits", self.ulimits, Ulimit, fix='Use [Ulimit(name="nofile", soft=65536)].'),
            *kind_problems(f"{field}.swappiness", self.swappiness, (int, float), fix="Use a number from 0 to 100."),
            *kind_problems(f"{field}.init_process", self.init_process, bool, fix="Use True or False."),
        ]

    def _memory_problems(self, field: str, memory_mib: float | None) -> Sequence[Problem]:
        shared, found = size_of(f"{field}.shared_memory", self.shared_memory, fix=_MEMORY_FIX)
        swap, wrong = size_of(f"{field}.max_swap", self.max_swap, fix=_MEMORY_FIX)
        found.extend(wrong)
        if shared is not None:
            found.extend(model.shared_memory_problems(shared, memory_mib, field=f"{field}.shared_memory"))
        if swap is not None:
            found.extend(model.max_swap_problems(swap, field=f"{field}.max_swap"))
        if self.swappiness is not None and not is_token(self.swappiness):
            found.extend(model.swappiness_problems(self.swappiness, field=f"{field}.swappiness"))
            if self.max_swap is None:
                found.extend(model.unused_swappiness_problems(self.swappiness, field=f"{field}.swappiness"))
        return found


def _each(field: str, values: Sequence[Any]) -> list[tuple[str, Any]]:
    return [(f"{field}[{number}]", value) for number, value in enumerate(values)]


def _amount(size: Size) -> float:
    return size.to_mebibytes()
