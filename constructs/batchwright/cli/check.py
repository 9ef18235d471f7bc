"""`batchwright check`: runs the rules over templates and cloud assemblies."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from batchwright.checks import Severity, all_rules, load, run
from batchwright.cli.choice import chosen_ids
from batchwright.cli.json_report import json_report
from batchwright.cli.sarif_report import sarif_report
from batchwright.cli.screen import screen
from batchwright.cli.sources import sources
from batchwright.cli.text_report import print_findings, print_summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.checks import Finding
    from batchwright.checks.system import System


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def check(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="CloudFormation templates (JSON or YAML), folders that `cdk synth` wrote, or - for standard input.",
            show_default=False,
        ),
    ],
    form: Annotated[
        Format, typer.Option("--format", help="For people, for programs, or for code hosts.")
    ] = Format.TEXT,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="IDS", help="Only these rules: BW301,BW302, or BW3 for all of job definitions."),
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="IDS", help="Not these rules; likewise.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 on a warning too.")] = False,
) -> None:
    """Check templates for what AWS Batch refuses, or accepts and never runs.

    Several paths are checked as one application, with their exports and imports linked. Ends with 0 when there is no
    error, with 1 when there is one, with 2 when an input cannot be read.
    """
    every = all_rules()
    chosen = chosen_ids("--select", select or (), every)
    left_out = chosen_ids("--ignore", ignore or (), every)
    rules = [rule for rule in every if (rule.id in chosen or not chosen) and rule.id not in left_out]
    system = load(sources(paths))
    findings = run(system, select=chosen, ignore=left_out)
    if form is Format.JSON:
        sys.stdout.write(json_report(findings) + "\n")
    elif form is Format.SARIF:
        sys.stdout.write(sarif_report(findings, rules) + "\n")
    else:
        _print(findings, system, len(rules))
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    raise typer.Exit(int(any(finding.severity in failing for finding in findings)))


def _print(findings: Sequence[Finding], system: System, rules: int) -> None:
    console = screen()
    resources = sum(len(found) for kind, found in system.resources.items() if kind.startswith("AWS::Batch::"))
    print_findings(console, findings)
    print_summary(console, findings, resources=resources, rules=rules)
