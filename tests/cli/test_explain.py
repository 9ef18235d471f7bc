from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.checks import all_rules
from batchwright.cli.nouns import NOUNS

if TYPE_CHECKING:
    from support.command import Batchwright


def test_the_rules_are_listed_under_their_nouns(batchwright: Batchwright) -> None:
    ran = batchwright("rules")

    lines = [line.strip() for line in ran.out.splitlines()]
    assert ran.code == 0
    assert [line.split()[0] for line in lines if line.startswith("BW")] == [rule.id for rule in all_rules()]
    assert [line for line in lines if line in NOUNS.values()] == [
        noun for digit, noun in NOUNS.items() if any(rule.id[2] == digit for rule in all_rules())
    ]


def test_a_rule_is_explained(batchwright: Batchwright) -> None:
    (rule,) = [rule for rule in all_rules() if rule.id == "BW301"]

    ran = batchwright("explain", "bw301")

    assert ran.code == 0
    text = " ".join(ran.out.split())
    for part in ("BW301 (error)", rule.title, rule.what, rule.why):
        assert part in text
    assert f"  {rule.source}" in ran.out.splitlines()
