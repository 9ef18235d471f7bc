"""Findings as JSON, for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from batchwright.checks import Finding


def json_report(findings: Iterable[Finding]) -> str:
    """Write the findings as one JSON list; the keys are the contract with programs that read it."""
    entries = [
        {
            "rule": finding.rule,
            "severity": finding.severity.value,
            "resource": finding.resource,
            "path": finding.path,
            "message": finding.message,
            "fix": finding.fix,
            "source": finding.source,
        }
        for finding in findings
    ]
    return json.dumps(entries, indent=2)
