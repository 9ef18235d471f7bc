"""Writes `docs/rules`: a page a rule and an index, made from the rules themselves. Run as `make docs`."""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchwright.checks import all_rules
from batchwright.cli.nouns import by_noun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchwright.checks import Rule

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "rules"
_WIDTH: Final = 120
_ENDS: Final = {
    "error": "error: a synthesis with `BatchRules` fails, and `batchwright check` ends with 1",
    "warning": "warning: shown; `batchwright check --strict` ends with 1",
    "info": "info: shown",
}


def pages(rules: Sequence[Rule]) -> Mapping[str, str]:
    """Make the text of every file of the folder, by its name."""
    return {"index.md": _index(rules), **{f"{rule.id.lower()}.md": _page(rule) for rule in rules}}


def _index(rules: Sequence[Rule]) -> str:
    lines = [
        "# The rules",
        "",
        f"{len(rules)} rules. [How to run them](../checks.md).",
        "",
        "Written from the rules by `make docs`.",
    ]
    for noun, group in by_noun(rules):
        lines += ["", f"## {noun}", "", "| Rule | | What must hold |", "| --- | --- | --- |"]
        lines += [
            f"| [{rule.id}]({rule.id.lower()}.md) | {rule.severity.value} | {_cell(rule.title)} |" for rule in group
        ]
    return "\n".join(lines) + "\n"


def _page(rule: Rule) -> str:
    return "\n".join(
        [
            f"# {rule.id}: {_escaped(rule.title)}",
            "",
            _paragraph(f"Severity: {_ENDS[rule.severity.value]}."),
            "",
            "## What is checked",
            "",
            _paragraph(_escaped(rule.what)),
            "",
            "## Why",
            "",
            _paragraph(_escaped(rule.why)),
            "",
            f"Source: <{rule.source}>",
            "",
            "## Where it may stay",
            "",
            _paragraph(
                "Acknowledge it at the construct, with the reason; outside the CDK, leave it out with "
                f"`batchwright check --ignore {rule.id}`."
            ),
            "",
            "```python",
            f'Validations.of(construct).acknowledge(Acknowledgment(id="BatchRules::{rule.id}", reason="..."))',
            "```",
            "",
            "[All rules](index.md)",
            "",
        ]
    )


def _paragraph(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _cell(text: str) -> str:
    return _escaped(text).replace("|", "\\|")


def _escaped(text: str) -> str:
    """Keep `<` and `*` from being read as markup, except inside code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([<*])", r"\\\1", part) for part in parts)


def main() -> int:
    """Write the pages, and remove those of rules that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages(all_rules())
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    for file in FOLDER.glob("*.md"):
        if file.name not in wanted:
            file.unlink()
    print(f"{len(wanted)} pages in {FOLDER.relative_to(Path.cwd()) if FOLDER.is_relative_to(Path.cwd()) else FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
