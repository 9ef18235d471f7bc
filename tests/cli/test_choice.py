from __future__ import annotations

import pytest

from batchwright.checks import Rule, Severity
from batchwright.cli.choice import UnknownRuleError, chosen_ids, rule_named


def rule(rule_id: str) -> Rule:
    return Rule(id=rule_id, severity=Severity.ERROR, title="", what="", why="", source="", check=lambda _: ())


RULES = [rule("BW101"), rule("BW301"), rule("BW302"), rule("BW310")]


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        ([], ()),
        (["BW301"], ("BW301",)),
        (["bw301, BW101"], ("BW301", "BW101")),
        (["BW301", "BW302"], ("BW301", "BW302")),
        (["BW3"], ("BW301", "BW302", "BW310")),
        (["BW30", "BW301"], ("BW301", "BW302")),
        (["BW"], ("BW101", "BW301", "BW302", "BW310")),
        ([""], ()),
        (["BW301,"], ("BW301",)),
    ],
)
def test_ids_and_beginnings_of_ids(names: list[str], ids: tuple[str, ...]) -> None:
    assert chosen_ids("--select", names, RULES) == ids


@pytest.mark.parametrize("name", ["BW999", "BW4", "E301", "301", "BW3011", "B", "*"])
def test_a_name_of_no_rule_is_refused(name: str) -> None:
    with pytest.raises(UnknownRuleError, match="--ignore: no rule") as caught:
        chosen_ids("--ignore", ["BW301", name], RULES)

    assert name in str(caught.value)


def test_one_rule_by_its_id() -> None:
    assert rule_named(" bw301", RULES) is RULES[1]
    with pytest.raises(UnknownRuleError, match="no rule BW3;"):
        rule_named("BW3", RULES)
