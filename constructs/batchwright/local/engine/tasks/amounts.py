"""How much a container asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from batchwright.local.engine.api.rules import refuse
from batchwright.local.engine.errors import BatchError, not_executed
from batchwright.model.fargate import fargate_size_problems
from batchwright.model.sizes import ec2_memory_problems, ec2_vcpu_problems, positive_vcpu_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.tasks.container import Platform

_WHOLE: Final = re.compile(r"[0-9]+")
_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_WHERE: Final = "resourceRequirements"


class Amounts(NamedTuple):
    """What a container asks for."""

    vcpus: float
    memory_mib: int
    gpus: int


def checked_amounts(resources: Mapping[str, str], *, platform: Platform, alone: bool) -> Amounts:
    """Read resources by their type, or raise BatchError in AWS's words.

    Args:
        resources: `VCPU`, `MEMORY` and `GPU`, each with a number as text.
        platform: What the job is for.
        alone: True for the only container of its job or node: it takes whole vCPUs on EC2, one of several a part.
    """
    # Source of the words: https://github.com/ASFHyP3/hyp3/pull/586
    for kind, shown in (("VCPU", "vCPU"), ("MEMORY", "Memory")):
        if kind not in resources:
            raise not_executed(f"{shown} is not provided.")
    if platform == "FARGATE" and "GPU" in resources:
        raise BatchError("resourceRequirements: GPU is not supported for jobs that run on Fargate resources.")
    whole = alone and platform == "EC2"
    vcpus = _number("VCPU", resources["VCPU"], _WHOLE if whole else _NUMBER)
    memory = int(_number("MEMORY", resources["MEMORY"], _WHOLE))
    refuse(_WHERE, ec2_vcpu_problems(vcpus) if whole else positive_vcpu_problems(vcpus))
    refuse(_WHERE, ec2_memory_problems(memory))
    return Amounts(vcpus, memory, int(_number("GPU", resources.get("GPU", "0"), _WHOLE)))


def check_fargate_size(amounts: Amounts) -> None:
    """Raise BatchError for a size that Fargate does not have.

    Source of the words: https://github.com/Netflix/metaflow/issues/749
    """
    vcpus, memory = amounts.vcpus, amounts.memory_mib
    for problem in fargate_size_problems(vcpus=vcpus, memory_mib=memory):
        raise BatchError(
            f"Fargate resource requirements ({vcpus:.2f} vCPU, {memory} MiB) not valid. Allowed: {problem.allowed}."
        )


def check_new_members(properties: Mapping[str, object], *, platform: Platform) -> None:
    """Raise BatchError for `vcpus` and `memory` on Fargate, which takes `resourceRequirements` only.

    Source of the words: https://github.com/insitro/redun/pull/95
    """
    for member in ("vcpus", "memory"):
        if platform == "FARGATE" and member in properties:
            raise BatchError(f"{member} is not applicable for Fargate. Use resource requirements instead.")


def _number(kind: str, text: str, form: re.Pattern[str]) -> float:
    # Source of the words: https://github.com/kestra-io/plugin-aws/issues/504
    if not form.fullmatch(text):
        raise not_executed(
            f"Value {text} for type {kind} in resourceRequirement is not valid. Please provide a numeric value."
        )
    return float(text)
