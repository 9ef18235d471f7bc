"""Which EC2 instances an environment may launch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.environments import instance_profiles as profiles
from batchwright.model import Architecture, Problem, Problems, architecture_of
from batchwright.model.architecture import mixed_type_problems
from batchwright.model.arguments import flags_problems, item_problems
from batchwright.model.host_images import unbootable_problems
from batchwright.model.instance_choice import Wish, fitting_types, unmet_problems
from batchwright.tokens import mebibytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import aws_cdk as cdk

# Batch's own classes: it chooses among current C, M and R families, and new generations join without a change here.
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html (instanceTypes)
_X86_CLASS: Final = "default_x86_64"
_ARM_CLASS: Final = "default_arm64"


@dataclass(frozen=True, slots=True)
class Instances:
    """A set of EC2 instance types of one CPU architecture; made by one of its presets.

    What goes with a profile (machine image, network interfaces, scratch disk) the environment adds by itself.

    Attributes:
        types: Types (`c7g.2xlarge`), families (`c7g`) or Batch's classes (`default_arm64`). Their order is the order
            of preference where the allocation strategy has one.
        architecture: The architecture that all of them share.
        efa_interfaces: Elastic Fabric Adapters that the environment attaches to each host; 0 but for `hpc`.
        nvme_scratch: Whether the environment makes the hosts' own disks the scratch space of jobs.
    """

    types: tuple[str, ...]
    architecture: Architecture
    efa_interfaces: int = 0
    nvme_scratch: bool = False

    def __post_init__(self) -> None:
        """Refuse what a preset cannot have made."""
        problems = Problems("Instances")
        problems.extend(profiles.profile_problems(self.types, self.architecture, self.efa_interfaces))
        problems.extend(flags_problems(nvme_scratch=self.nvme_scratch))
        problems.raise_if_any()

    @classmethod
    def x86(cls) -> Instances:
        """Let Batch choose among its current x86-64 families: the widest choice, the best for Spot."""
        return cls(types=(_X86_CLASS,), architecture=Architecture.X86_64)

    @classmethod
    def graviton(cls) -> Instances:
        """Let Batch choose among its current Graviton families; images must be built for arm64."""
        return cls(types=(_ARM_CLASS,), architecture=Architecture.ARM64)

    @classmethod
    def of(cls, *types: str) -> Instances:
        """Take exactly these types or families, all of one architecture.

        Raises:
            ConfigurationError: None is given, a name is not an instance type's, or architectures are mixed: a job
                would land on a host that cannot run its image.
        """
        return cls(types=types, architecture=_checked("of", types))

    @classmethod
    def gpu(cls, *types: str) -> Instances:
        """Take types with NVIDIA GPUs; hosts get the image with NVIDIA's driver.

        Args:
            types: Types or families; by default `g6` and `g5`, both of one to eight GPUs with 24 GB each, so that a
                job which fits one fits the other.

        Raises:
            ConfigurationError: One has no NVIDIA GPU, or none that Batch has an image for; or as for `of`.
        """
        chosen = types or profiles.GPU_TYPES
        return cls(types=chosen, architecture=_checked("gpu", chosen, profiles.gpu_problems))

    @classmethod
    def neuron(cls, *types: str) -> Instances:
        """Take types with Inferentia or Trainium chips; hosts get the ECS image with the Neuron driver.

        A job reaches a chip through its device: `/dev/neuron0`.

        Args:
            types: Types or families; `inf2` by default.

        Raises:
            ConfigurationError: One has no such chip; or as for `of`.
        """
        chosen = types or profiles.NEURON_TYPES
        return cls(types=chosen, architecture=_checked("neuron", chosen, profiles.neuron_problems))

    @classmethod
    def nvme(cls, *types: str) -> Instances:
        """Take types with NVMe disks of their own, joined to one fast scratch volume on each host.

        It lies at `/scratch`, unless the environment is given a launch template; it is empty when a host starts, and
        gone with it.

        Args:
            types: Types or families; by default `m6id`, `c6id` and `r6id`.

        Raises:
            ConfigurationError: One has no disk of its own; or as for `of`.
        """
        chosen = types or profiles.NVME_TYPES
        return cls(types=chosen, architecture=_checked("nvme", chosen, profiles.nvme_problems), nvme_scratch=True)

    @classmethod
    def hpc(cls, *types: str) -> Instances:
        """Take types with Elastic Fabric Adapters, for multi-node jobs whose nodes talk to each other.

        An `Ec2Environment` of them puts its hosts close together: one zone, a cluster placement group, and a security
        group that is open to itself. Name one type: a multi-node job runs on one. Which are offered differs by Region;
        `hpc7a.96xlarge`, `hpc6id.32xlarge`, `c7i.48xlarge` and `p5.48xlarge` are examples.

        Args:
            types: One type, or several; each with at least one adapter.

        Raises:
            ConfigurationError: None is given, or one takes no adapter, as the smaller sizes of most families; or as
                for `of`.
        """
        architecture = _checked("hpc", types, profiles.efa_problems)
        return cls(types=types, architecture=architecture, efa_interfaces=profiles.efa_interfaces(types))

    @classmethod
    def fitting(
        cls,
        *,
        vcpus: float = 0,
        memory: cdk.Size | None = None,
        gpus: int = 0,
        gpu_memory: cdk.Size | None = None,
        architecture: Architecture = Architecture.X86_64,
        nvme: bool = False,
        efa: bool = False,
        current_generation: bool = True,
        max_types: int | None = None,
    ) -> Instances:
        """Take the types on which one job of this size fits: of each family the smallest, the closest fits first.

        The choice is made from the catalogue of this release of the library: it may change with a newer one, and it
        does not know which Regions have a type. Batch refuses types that its Region has not; take those that it has
        out of the answer's `types`, with `Instances.of`. Burstable types and those with an accelerator that is not
        asked for are left out.

        Args:
            vcpus: vCPUs of a job.
            memory: Memory of a job. A host has to have it after what its system and the ECS agent keep, 5 % and
                32 MiB, so `Size.gibibytes(8)` needs a host of more than 8 GiB.
            gpus: NVIDIA GPUs of a job.
            gpu_memory: Memory of each GPU, as EC2 reports it: 22,888 MiB for a card sold with 24 GB.
            architecture: CPU architecture of the job's image.
            nvme: Whether hosts need disks of their own; they become scratch space, as with `nvme`.
            efa: Whether hosts need Elastic Fabric Adapters, as with `hpc`; only one type is taken then.
            current_generation: Whether to leave out what EC2 counts as its previous generations.
            max_types: How many to take at most; 12 by default, 1 with `efa`.

        Raises:
            ConfigurationError: No type has all this, or a value is out of range.
        """
        amounts = {"vcpus": vcpus, "gpus": gpus, "max_types": max_types}
        sizes = {"memory": memory, "gpu_memory": gpu_memory}
        problems = Problems("Instances.fitting")
        problems.extend(profiles.amount_problems(**amounts))
        problems.extend(profiles.wish_kind_problems(architecture=architecture, **sizes))
        problems.extend(flags_problems(nvme=nvme, efa=efa, current_generation=current_generation))
        problems.raise_if_any()
        wish = Wish(
            vcpus=vcpus,
            memory_mib=_mebibytes(memory),
            # A GPU's memory is asked of one GPU at least.
            gpus=gpus or int(gpu_memory is not None),
            gpu_memory_mib=_mebibytes(gpu_memory),
            efa=efa,
            nvme=nvme,
            current=current_generation,
            architecture=Architecture(architecture),
        )
        written = {"vcpus": vcpus, "memory_mib": _text(memory), "gpus": gpus, "gpu_memory_mib": _text(gpu_memory)}
        problems.extend(unmet_problems(wish, {**written, "efa": efa, "nvme": nvme}))
        problems.raise_if_any()
        types = fitting_types(wish, max_types or (1 if efa else profiles.FITTING_TYPES))
        return cls(
            types=types,
            architecture=wish.architecture,
            efa_interfaces=profiles.efa_interfaces(types) if efa else 0,
            nvme_scratch=nvme,
        )


def _mebibytes(size: cdk.Size | None) -> float:
    return 0 if size is None else mebibytes(size) or 0


def _text(size: cdk.Size | None) -> str | None:
    return None if size is None else f"{mebibytes(size)} MiB"


def _checked(preset: str, types: Sequence[str], profile: profiles.Check | None = None) -> Architecture:
    """Check the types, and tell their architecture.

    Raises:
        ConfigurationError: One is wrong.
    """
    problems = Problems(f"Instances.{preset}")
    problems.check(
        bool(types),
        field="types",
        value=types,
        allowed="one or more types or families",
        fix="Name some, for example Instances.of('c7i', 'm7i'), or use Instances.x86().",
    )
    kinds = item_problems("types", types, str, fix="Write types as texts: Instances.of('c7i', 'm7i').")
    problems.extend(kinds)
    for name in () if kinds else types:
        problems.extend(_name_problems(name))
        if profile and architecture_of(name):
            problems.extend(profile(name))
    problems.extend([] if kinds else mixed_type_problems(types))
    problems.raise_if_any()
    return next(filter(None, map(architecture_of, types)))


def _name_problems(name: str) -> Sequence[Problem]:
    if architecture_of(name) is not None:
        return unbootable_problems(name)
    allowed = "EC2 instance types (c7g.2xlarge) or families (c7g)"
    return [Problem("types", name, allowed, "Look the name up with `aws ec2 describe-instance-types`.")]
