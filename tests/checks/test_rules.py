"""What holds for every rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from batchwright.checks import Rule, Severity, all_rules
from batchwright.checks import rules as package

FOLDER = Path(package.__path__[0])
FILES = sorted(FOLDER.glob("bw*.py"))
TESTS = Path(__file__).parent / "rules"


def test_every_file_is_a_rule() -> None:
    assert [path.stem[:5].upper() for path in FILES] == [rule.id for rule in all_rules()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rule_has_its_test(path: Path) -> None:
    assert (TESTS / f"test_{path.stem}.py").is_file()


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_explains_itself(rule: Rule) -> None:
    assert re.fullmatch(r"BW[1-7]\d\d", rule.id)
    assert rule.severity in Severity
    assert rule.source.startswith("https://")
    assert "\n" not in rule.title
    assert not rule.title.endswith(".")
    for text in (rule.what, rule.why):
        assert text.endswith(".")
        assert text == text.strip()
