from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, environment, maybe, template

from batchwright.checks.rules.bw103_allocation_strategy import RULE

EKS = {"EksClusterArn": "arn", "KubernetesNamespace": "batch"}


@pytest.mark.parametrize(
    ("kind", "strategy"),
    [
        ("EC2", "SPOT_CAPACITY_OPTIMIZED"),
        ("EC2", "spot_price_capacity_optimized"),
        ("EC2", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED"),
        ("SPOT", "BEST_FIT_PROGRESSIVE_ORDERED"),
    ],
)
def test_a_strategy_for_other_capacity_is_found(kind: str, strategy: str) -> None:
    (found,) = violations(RULE, template(E=environment({"Type": kind, "AllocationStrategy": strategy})))
    assert found.path == "ComputeResources.AllocationStrategy"
    assert found.problem.value == strategy.upper()


@pytest.mark.parametrize("strategy", ["BEST_FIT", None])
@pytest.mark.parametrize("kind", ["EC2", "SPOT"])
def test_best_fit_is_found_on_eks(kind: str, strategy: str | None) -> None:
    broken = environment({"Type": kind, "AllocationStrategy": strategy}, EksConfiguration=EKS)
    (found,) = violations(RULE, template(E=broken))
    assert found.problem.value == strategy


@pytest.mark.parametrize(
    ("kind", "strategy"),
    [
        ("EC2", "BEST_FIT"),
        ("EC2", "BEST_FIT_PROGRESSIVE_ORDERED"),
        ("EC2", None),
        ("EC2", OPEN),
        ("SPOT", "SPOT_PRICE_CAPACITY_OPTIMIZED"),
        ("SPOT", "BEST_FIT_PROGRESSIVE"),
        ("SPOT", ["odd"]),
        (OPEN, "SPOT_CAPACITY_OPTIMIZED"),
        ("FARGATE", "SPOT_CAPACITY_OPTIMIZED"),
    ],
)
def test_others_are_taken(kind: object, strategy: object) -> None:
    assert not violations(RULE, template(E=environment({"Type": kind, "AllocationStrategy": strategy})))


def test_eks_takes_every_other_strategy() -> None:
    good = environment({"AllocationStrategy": "BEST_FIT_PROGRESSIVE"}, EksConfiguration=EKS)
    open_one = environment({"AllocationStrategy": OPEN}, EksConfiguration=EKS)
    perhaps = environment({"AllocationStrategy": "BEST_FIT"}, EksConfiguration=maybe(EKS))
    assert not violations(RULE, template(A=good, B=open_one, C=perhaps))
