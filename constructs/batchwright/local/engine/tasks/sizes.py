"""What hosts must have for a job."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """What one host must have for a job, or for one of its nodes."""

    milli_vcpus: int
    memory_mib: int
    gpus: int


Sizes = tuple[Size, ...]
