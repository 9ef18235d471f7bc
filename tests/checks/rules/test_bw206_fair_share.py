from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, template

from batchwright.checks.rules.bw206_fair_share import RULE

SHARES = "FairsharePolicy.ShareDistribution"


def policy(**properties: object) -> Json:
    return {"Type": "AWS::Batch::SchedulingPolicy", "Properties": {"FairsharePolicy": properties}}


def shares(*names: object, weight: object = 1) -> Json:
    return policy(ShareDistribution=[{"ShareIdentifier": name, "WeightFactor": weight} for name in names])


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        (policy(ShareDecaySeconds=2_592_000), "FairsharePolicy.ShareDecaySeconds"),
        (policy(ShareDecaySeconds=-1), "FairsharePolicy.ShareDecaySeconds"),
        (policy(ComputeReservation="120"), "FairsharePolicy.ComputeReservation"),
        (shares("a", weight=0), f"{SHARES}[0].WeightFactor"),
        (shares("a", weight=1000), f"{SHARES}[0].WeightFactor"),
        (shares("team a"), f"{SHARES}[0].ShareIdentifier"),
        (shares("a" * 256), f"{SHARES}[0].ShareIdentifier"),
        (shares("a*b"), f"{SHARES}[0].ShareIdentifier"),
        (shares("UserA*", "UserA1"), f"{SHARES}[1].ShareIdentifier"),
        (shares("UserA1", "b", "UserA*"), f"{SHARES}[0].ShareIdentifier"),
        (shares("User*", "UserA*"), f"{SHARES}[1].ShareIdentifier"),
        (shares("UserA", "UserA*"), f"{SHARES}[0].ShareIdentifier"),
        (shares("one", "one"), f"{SHARES}[1].ShareIdentifier"),
        (shares(*(f"s{n}" for n in range(501))), SHARES),
    ],
)
def test_what_aws_does_not_take_is_found(broken: Json, path: str) -> None:
    (found,) = violations(RULE, template(Policy=broken))
    assert found.path == path


def test_a_policy_of_both_kinds_is_found() -> None:
    broken = shares("a")
    broken["Properties"]["QuotaSharePolicy"] = {"IdleResourceAssignmentStrategy": "FIFO"}
    (found,) = violations(RULE, template(Policy=broken))
    assert found.path == "FairsharePolicy"


@pytest.mark.parametrize(
    "good",
    [
        policy(),
        policy(ShareDecaySeconds=604_800, ComputeReservation=99),
        policy(ShareDecaySeconds=0, ComputeReservation="0"),
        policy(ShareDecaySeconds=OPEN, ComputeReservation=[], ShareDistribution=OPEN),
        shares("UserA*", "UserB*", "User", "a" * 255, weight=0.0001),
        shares("a1", "a2", weight=999.9999),
        shares(OPEN, OPEN, weight=OPEN),
        shares(None, 5, [], weight=None),
        policy(ShareDistribution=["odd", None]),
        {"Type": "AWS::Batch::SchedulingPolicy", "Properties": {"FairsharePolicy": OPEN}},
        {"Type": "AWS::Batch::SchedulingPolicy"},
    ],
)
def test_others_are_taken(good: Json) -> None:
    assert not violations(RULE, template(Policy=good))
