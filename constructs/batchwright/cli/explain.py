"""`batchwright rules` and `batchwright explain`: what the rules are."""

from __future__ import annotations

from typing import Annotated, Final

import typer
from rich.text import Text

from batchwright.checks import Severity, all_rules
from batchwright.cli.choice import rule_named
from batchwright.cli.nouns import by_noun
from batchwright.cli.screen import print_hanging, screen

_SEVERITY: Final = max(map(len, Severity))


def list_rules() -> None:
    """List all rules: id, severity and what must hold."""
    console = screen()
    for noun, rules in by_noun(all_rules()):
        console.print(Text(noun, style="bold"))
        for rule in rules:
            label = Text(f"  {rule.id}  ").append(f"{rule.severity.value:<{_SEVERITY}}  ", style="dim")
            print_hanging(console, label, Text(rule.title))
        console.print()


def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Its id, such as BW301.", show_default=False)],
) -> None:
    """Print one rule: what it checks, why, and where AWS says so."""
    found = rule_named(rule, all_rules())
    console = screen()
    console.print(Text(f"{found.id} ({found.severity.value}): {found.title}", style="bold"))
    for label, text in (("What", found.what), ("Why", found.why)):
        console.print(Text(f"\n{label}", style="bold"))
        print_hanging(console, Text("  "), Text(text))
    console.print(Text("\nSource", style="bold"))
    # An address is never broken: terminals open it with a click.
    console.print(Text(f"  {found.source}"), soft_wrap=True)
