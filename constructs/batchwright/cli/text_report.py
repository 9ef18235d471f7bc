"""Findings for a person: by template and resource, with what is wrong, where, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.style import Style
from rich.text import Text

from batchwright.checks import Severity
from batchwright.cli.places import line_of
from batchwright.cli.screen import print_hanging, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from batchwright.checks import Finding


@dataclass(frozen=True, slots=True)
class _Look:
    """How a severity is shown: its sign, the one where only ASCII is, its colour, and what one finding is called."""

    sign: str
    plain: str
    colour: str
    noun: str


_LOOKS: Final = {
    Severity.ERROR: _Look("✗", "x", "red", "error"),
    Severity.WARNING: _Look("▲", "!", "yellow", "warning"),
    Severity.INFO: _Look("●", "i", "blue", "note"),
}


def print_findings(console: Console, findings: Sequence[Finding]) -> None:
    """Print every finding, grouped by template and resource."""
    for template, of_template in groupby(findings, key=lambda finding: finding.template):
        console.print(Text(printable(template), style="bold underline"), soft_wrap=True)
        for resource, of_resource in groupby(of_template, key=lambda finding: finding.resource):
            group = list(of_resource)
            console.print()
            print_hanging(console, Text("  "), _heading(template, resource, group[0].construct))
            for finding in group:
                _print_finding(console, finding)
        console.print()


def _heading(template: str, resource: str, construct: str) -> Text:
    if not resource:
        return Text("the whole template", style="bold")
    line = line_of(template, resource)
    beside = [printable(resource)] if construct else []
    if line is not None:
        beside.append(f"line {line}")
    heading = Text(printable(construct or resource), style="bold")
    return heading.append(f"  {', '.join(beside)}", style="dim not bold") if beside else heading


def _print_finding(console: Console, finding: Finding) -> None:
    look = _LOOKS[finding.severity]
    mark = look.plain if console.options.ascii_only else look.sign
    link = Style(color=look.colour, link=finding.source)
    print_hanging(
        console,
        Text("    ").append(f"{mark} ", style=look.colour).append(finding.rule, style=link).append(" "),
        Text(printable(finding.message)),
    )
    print_hanging(console, Text("        fix ", style="dim"), Text(printable(finding.fix), style="green"))
    if finding.path:
        print_hanging(console, Text("         at ", style="dim"), Text(printable(finding.path), style="dim"))


def print_summary(console: Console, findings: Sequence[Finding], *, resources: int, rules: int) -> None:
    """Print the last line: how many findings there are, and where to read more.

    Args:
        console: Where to.
        findings: All findings.
        resources: How many resources of AWS Batch were checked.
        rules: With how many rules.
    """
    looked_at = f"{counted(resources, 'AWS Batch resource')} with {counted(rules, 'rule')}"
    if not findings and not resources:
        console.print(Text("There is nothing of AWS Batch in it.", style="yellow"))
        return
    if not findings:
        sign = "ok" if console.options.ascii_only else "✓"
        console.print(Text(f"{sign} ", style="green") + Text(f"No problems: {looked_at}."))
        return
    counts = [
        Text(counted(number, look.noun), style=f"bold {look.colour}")
        for severity, look in _LOOKS.items()
        if (number := sum(finding.severity is severity for finding in findings))
    ]
    wrong = counted(len({(finding.template, finding.resource) for finding in findings}), "resource")
    console.print(Text(", ").join(counts) + Text(f" in {wrong}; checked {looked_at}."))
    console.print(Text(f"Why, and where AWS says so: batchwright explain {findings[0].rule}", style="dim"))


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
