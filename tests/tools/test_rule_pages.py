from __future__ import annotations

import re

import pytest

from batchwright.checks import Rule, Severity, all_rules
from tools.rule_pages import FOLDER, pages


def test_the_pages_are_those_of_the_rules() -> None:
    written = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.iterdir()}

    assert written == pages(all_rules()), "run `make docs`"


def test_every_rule_has_a_page_that_the_index_names() -> None:
    made = pages(all_rules())

    links = re.findall(r"\]\((bw\d{3}\.md)\)", made["index.md"])
    assert links == [f"{rule.id.lower()}.md" for rule in all_rules()]
    assert made.keys() == {"index.md", *links}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_page_says_what_why_and_how_to_acknowledge(rule: Rule) -> None:
    page = pages([rule])[f"{rule.id.lower()}.md"]

    assert page.startswith(f"# {rule.id}: ")
    assert f"<{rule.source}>" in page
    assert f'id="BatchRules::{rule.id}"' in page
    assert f"--ignore {rule.id}`" in page


def test_signs_of_markdown_in_a_rule_are_text() -> None:
    rule = Rule(
        id="BW399",
        severity=Severity.WARNING,
        title="Less < than * a | b",
        what="Names with `a*` and * and <b>.",
        why="Why.",
        source="https://example.com/",
        check=lambda _: (),
    )

    made = pages([rule])

    assert r"Less \< than \* a \| b" in made["index.md"]
    assert r"Names with `a*` and \* and \<b>." in made["bw399.md"]
    assert "`batchwright check --strict` ends with 1" in made["bw399.md"]
