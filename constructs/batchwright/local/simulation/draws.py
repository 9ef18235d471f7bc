"""Random numbers that depend on what is drawn, not on when.

A job has the same duration whatever the queue and the environments are, so two variants of a workload differ by what
was changed and by nothing else. A generator of one stream of numbers could not do that: jobs start in another order.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

_MASK: Final = (1 << 64) - 1
_SCALE: Final = 2.0**-53


class Draws:
    """Numbers in the open interval (0, 1), one for each pair of whole numbers.

    Args:
        seed: Of the whole simulation.
        purpose: What they are for; other purposes have other numbers.
    """

    __slots__ = ("_key",)

    def __init__(self, seed: int, *purpose: str) -> None:
        text = "\0".join((str(seed), *purpose))
        self._key = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")

    def number(self, first: int, second: int = 0) -> float:
        """Return the number of this pair."""
        # SplitMix64: https://doi.org/10.1145/2714064.2660195
        mixed = (self._key + (first * 0x9E3779B97F4A7C15) + (second * 0xD1B54A32D192ED03)) & _MASK
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return (((mixed ^ (mixed >> 31)) >> 11) + 0.5) * _SCALE
