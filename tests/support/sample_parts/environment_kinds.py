"""Samples of environment kinds: what snapshots, invariants and rule packs look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    import aws_cdk as cdk

SAMPLES: Final[dict[str, Callable[[cdk.Stack], object]]] = {}
"""Each builds into an empty stack."""
