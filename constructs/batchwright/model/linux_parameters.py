"""Swap, tmpfs and the like of a container on an EC2 host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.numbers import is_whole, tidy
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source of all: https://docs.aws.amazon.com/batch/latest/APIReference/API_LinuxParameters.html
_MAX_SWAPPINESS: Final = 100


def swappiness_problems(swappiness: float) -> Sequence[Problem]:
    """Find a swappiness outside 0 to 100."""
    if 0 <= swappiness <= _MAX_SWAPPINESS and is_whole(swappiness):
        return []
    allowed = f"whole numbers from 0 to {_MAX_SWAPPINESS}"
    return [Problem("swappiness", tidy(swappiness), allowed, "60 is Docker's default; 0 swaps only to survive.")]


def unused_swappiness_problems(swappiness: float) -> Sequence[Problem]:
    """Say that swappiness without `maxSwap` does nothing."""
    allowed = "a swappiness with max_swap; without it AWS ignores swappiness"
    return [Problem("swappiness", tidy(swappiness), allowed, "Set MaxSwap too, or leave Swappiness out.")]


def max_swap_problems(max_swap: float) -> Sequence[Problem]:
    """Find a negative amount of swap."""
    if max_swap >= 0:
        return []
    return [Problem("max_swap", f"{max_swap:g} MiB", "0 MiB or more", "Use 0 for no swap at all.")]


def tmpfs_size_problems(size: float) -> Sequence[Problem]:
    """Find a tmpfs without a size."""
    if size > 0:
        return []
    return [Problem("tmpfs size", f"{size:g} MiB", "more than 0 MiB", "Say how much memory it may take.")]


def large_tmpfs_problems(size: float, memory_mib: float) -> Sequence[Problem]:
    """Find a tmpfs that cannot be filled, as what lies in it counts as the container's memory."""
    if size <= memory_mib:
        return []
    allowed = f"up to the container's memory ({memory_mib:g} MiB), which it is part of"
    return [Problem("tmpfs size", f"{size:g} MiB", allowed, "Make it smaller, or give the container more memory.")]
