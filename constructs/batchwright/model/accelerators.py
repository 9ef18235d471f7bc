"""Which EC2 instance types have GPUs or other accelerators that a container can use."""

from __future__ import annotations

import re
from typing import Final

from batchwright.model.architecture import Architecture, architecture_of

# Accelerated families with NVIDIA GPUs: p4d, p5en, g4dn, g6e, gr6; not g4ad (AMD), nor trn1, inf2, dl1, vt1, f2.
# Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html
_NVIDIA: Final = re.compile(r"^(?:p|g|gr)\d")
_AMD: Final = re.compile(r"^g4ad\b")
# Inferentia and Trainium: inf1, inf2, trn1n, trn2u.
_NEURON: Final = re.compile(r"^(?:inf|trn)\d")
# Further hardware that a job does not get without asking for it: FPGAs, video and inference cards, AMD's GPUs.
_OTHERS: Final = re.compile(r"^(?:f|vt|dl)\d|^g4ad\b")


def has_gpus(instance_type: str) -> bool:
    """Whether an instance type or family has NVIDIA GPUs, and Batch an image for it.

    Batch's own classes (`optimal`, `default_x86_64`, `default_arm64`) hold no such family. Its GPU image is for x86-64
    only. Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_Ec2Configuration.html (imageType)
    """
    return (
        architecture_of(instance_type) is Architecture.X86_64
        and bool(_NVIDIA.match(instance_type))
        and not _AMD.match(instance_type)
    )


def has_neuron(instance_type: str) -> bool:
    """Whether an instance type or family has AWS's Inferentia or Trainium chips, which need the Neuron image."""
    return bool(_NEURON.match(instance_type))


def is_accelerated(instance_type: str) -> bool:
    """Whether an instance type or family costs more for some accelerator, of whatever kind."""
    return bool(_NVIDIA.match(instance_type) or _NEURON.match(instance_type) or _OTHERS.match(instance_type))
