"""What the rules found in the templates, read from the report that a synthesis leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

REPORT = "validation-report.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Findings of cdk-nag's AwsSolutions pack and of the CDK's own rules together.

    Attributes:
        acknowledged: How many are acknowledged, each with its reason in the code.
        open: The others, one line each: the rule and the construct.
    """

    acknowledged: int
    open: tuple[str, ...]

    @property
    def total(self) -> int:
        """All findings."""
        return self.acknowledged + len(self.open)

    @classmethod
    def read(cls, assembly: Path) -> Findings | None:
        """Read the report of a cloud assembly; None when there is none."""
        file = assembly / REPORT
        if not file.is_file():
            return None
        reports = json.loads(file.read_text(encoding="utf-8"))["pluginReports"]
        return cls(
            acknowledged=sum(1 for report in reports for _ in _places(report.get("suppressedViolations"))),
            open=tuple(dict.fromkeys(line for report in reports for line in _places(report.get("violations")))),
        )


def _places(violations: Iterable[Mapping[str, Any]] | None) -> Iterator[str]:
    for violation in violations or ():
        for construct in violation["violatingConstructs"]:
            yield f"{violation['ruleName']} at {construct.get('constructPath', '?')}"
