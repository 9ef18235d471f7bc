"""Findings as SARIF 2.1.0, which code hosts show beside the lines of a change.

Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from batchwright.checks import Severity
from batchwright.cli.places import line_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.checks import Finding, Rule

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif_report(findings: Sequence[Finding], rules: Sequence[Rule]) -> str:
    """Write the findings as one SARIF log with one run.

    Args:
        findings: What was found.
        rules: The rules that were run, found broken or not.
    """
    index = {rule.id: position for position, rule in enumerate(rules)}
    driver = {"name": "batchwright", "version": version("batchwright"), "rules": [_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index[finding.rule]) for finding in findings],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.what},
        "help": {"text": f"{rule.what} {rule.why} {rule.source}"},
        "helpUri": rule.source,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.fix}".strip()},
        "locations": [_location(finding)],
    }


def _location(finding: Finding) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.template)}}
    line = line_of(finding.template, finding.resource)
    if line is not None:
        physical["region"] = {"startLine": line}
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.resource:
        name = ".".join(part for part in (finding.resource, finding.path) if part)
        location["logicalLocations"] = [{"name": finding.resource, "fullyQualifiedName": name, "kind": "resource"}]
    return location


def _uri(template: str) -> str:
    """A file inside the working folder as a relative reference, as code hosts expect; another one in full."""
    path = Path(template)
    if not path.exists():
        return _quoted(template)
    full = path.resolve()
    here = Path.cwd()
    return _quoted(full.relative_to(here).as_posix()) if full.is_relative_to(here) else full.as_uri()


def _quoted(text: str) -> str:
    # A file's name may hold bytes that are no UTF-8, which Python keeps as lone surrogates.
    return quote(text.encode("utf-8", errors="surrogateescape"))
