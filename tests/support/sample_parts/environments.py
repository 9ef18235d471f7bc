"""Samples of environments: what snapshots, invariants and rule packs look at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from support.environment_kinds import KINDS
from support.parts import environment_of

from batchwright import AllocationStrategy, Instances, Updates

if TYPE_CHECKING:
    from collections.abc import Callable

    import aws_cdk as cdk


def _every_option(stack: cdk.Stack, kind: str) -> None:
    KINDS[kind].build(stack, construct_id="Environment", **KINDS[kind].full(stack))


def _best_fit(stack: cdk.Stack) -> None:
    environment_of(stack, "SPOT", strategy=AllocationStrategy.BEST_FIT, updates=Updates(replace=True))


SAMPLES: Final[dict[str, Callable[[cdk.Stack], object]]] = {
    **{
        f"environment-{kind.lower().replace('_', '-')}-every-option": partial(_every_option, kind=kind)
        for kind in ("EC2", "SPOT", "FARGATE")
    },
    "environment-spot-best-fit": _best_fit,
    "environment-ec2-hpc": lambda stack: environment_of(stack, "EC2", instances=Instances.hpc("hpc7a.96xlarge")),
    "environment-spot-nvme": lambda stack: environment_of(stack, "SPOT", instances=Instances.nvme()),
    "environment-ec2-neuron": lambda stack: environment_of(stack, "EC2", instances=Instances.neuron()),
    "environment-spot-gpu": lambda stack: environment_of(stack, "SPOT", instances=Instances.gpu()),
}
"""Each builds into an empty stack."""
