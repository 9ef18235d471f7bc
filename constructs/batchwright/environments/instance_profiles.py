"""What the types of each profile of `Instances` must have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import aws_cdk as cdk

from batchwright.environments.vcpus import is_count
from batchwright.model import Architecture, Problem, has_gpus
from batchwright.model.accelerators import has_neuron
from batchwright.model.arguments import choice_problems, kind_problems, required_problems, texts_problems
from batchwright.model.efa import takes_first_adapter
from batchwright.model.instance_choice import has_nvme
from batchwright.model.instances import named
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from batchwright.model.instances import InstanceType

Check = Callable[[str], Sequence[Problem]]

GPU_TYPES: Final = ("g6", "g5")
"""One to eight GPUs of 24 GB, from NVIDIA's L4 and A10G: two pools of capacity for one size of job.
https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html"""

NEURON_TYPES: Final = ("inf2",)
"""Inferentia2, the chips with the smallest hosts that today's Neuron software runs on.
https://awsdocs-neuron.readthedocs-hosted.com/en/latest/setup/index.html"""

NVME_TYPES: Final = ("m6id", "c6id", "r6id")
"""General, compute and memory sizes of one generation, in most Regions.
https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html"""

FITTING_TYPES: Final = 12
"""Enough pools of capacity for Spot; later ones are larger than the job needs."""


def profile_problems(types: object, architecture: object, efa_interfaces: object) -> Sequence[Problem]:
    """Find values of another kind than a profile has."""
    fix = "Use a preset, such as Instances.of('m7i')."
    found = [
        *texts_problems("types", types, fix=fix),
        *required_problems("architecture", architecture, Architecture, fix=fix),
    ]
    if not types:
        found.append(Problem("types", types, "one or more types or families", fix))
    if isinstance(efa_interfaces, bool) or not isinstance(efa_interfaces, int) or efa_interfaces < 0:
        found.append(Problem("efa_interfaces", efa_interfaces, "a whole number, 0 or more", "Use Instances.hpc(...)."))
    return found


def gpu_problems(name: str) -> Sequence[Problem]:
    """Find a type or family without NVIDIA GPUs for which Batch has an image."""
    if has_gpus(name):
        return []
    fix = "Take a family such as g6, g6e or p5, or use Instances.of(...)."
    return [Problem("types", name, "x86-64 types with NVIDIA GPUs", fix)]


def neuron_problems(name: str) -> Sequence[Problem]:
    """Find a type or family without Inferentia or Trainium chips."""
    if has_neuron(name):
        return []
    return [Problem("types", name, "types with Inferentia or Trainium chips", "Take inf2, trn1 or trn2.")]


def nvme_problems(name: str) -> Sequence[Problem]:
    """Find a type or family without NVMe disks of its own; what the catalogue does not know is not judged."""
    return _lacking(
        name, lambda each: not has_nvme(each), "types with NVMe disks of their own", "Take m6id, c7gd or i4i."
    )


def efa_problems(name: str) -> Sequence[Problem]:
    """Find a type or family that takes no Elastic Fabric Adapter."""
    if not named(name):
        fix = "Name one that it knows, such as hpc7a.96xlarge or c7i.48xlarge."
        return [Problem("types", name, "types of the catalogue, which knows how many adapters each takes", fix)]
    fix = "Take the largest size of the family, or a type such as hpc7a.96xlarge."
    if not takes_first_adapter(name):
        fix = "Take p5en.48xlarge or p6-b200.48xlarge, or launch templates of your own with network interfaces to suit."
        return [Problem("types", name, "types whose first network card takes an adapter", fix)]
    return _lacking(name, lambda each: each.efa_interfaces == 0, "types that take Elastic Fabric Adapters", fix)


def efa_interfaces(names: Sequence[str]) -> int:
    """Count the adapters that each host of these types can have."""
    return min(each.efa_interfaces for name in names for each in named(name))


def amount_problems(*, vcpus: object, gpus: object, max_types: object) -> Sequence[Problem]:
    """Find numbers of a wish for instances that are none, or too low."""
    fix = "Leave it out where it does not matter."
    found = []
    if not (isinstance(vcpus, int | float) and not isinstance(vcpus, bool) and not is_token(vcpus) and vcpus >= 0):
        found.append(Problem("vcpus", vcpus, "a number, 0 or more", fix))
    for field, value, low in (("gpus", gpus, 0), ("max_types", 1 if max_types is None else max_types, 1)):
        if not isinstance(value, int | float) or not is_count(value) or is_token(value) or value < low:
            found.append(Problem(field, value, f"a whole number, {low} or more", fix))
    return found


def wish_kind_problems(*, architecture: object, memory: object, gpu_memory: object) -> Sequence[Problem]:
    """Find parts of a wish for instances that are of another kind than is meant."""
    found: list[Problem] = []
    for field, size in (("memory", memory), ("gpu_memory", gpu_memory)):
        found.extend(kind_problems(field, size, cdk.Size, fix="Use Size.gibibytes(8)."))
        if isinstance(size, cdk.Size) and size.is_unresolved():
            fix = "Write the size out, as types are chosen while the template is made."
            found.append(Problem(field, "a size known only at deployment", "a size known now", fix))
    found.extend(
        choice_problems("architecture", [str(architecture)], list(Architecture), fix="Use Architecture.ARM64.")
    )
    return found


def _lacking(name: str, lacks: Callable[[InstanceType], bool], allowed: str, fix: str) -> Sequence[Problem]:
    without = [each.name for each in named(name) if lacks(each)]
    if not without:
        return []
    value = name if without == [name] else f"{name} (with {without[0]})"
    return [Problem("types", value, allowed, fix)]
