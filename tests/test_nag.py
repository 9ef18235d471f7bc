"""cdk-nag's AwsSolutions pack and CDK's own template rules over everything that this repository synthesizes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.nag_reasons import REASONS
from support.systems import systems

Findings = dict[str, list[tuple[str, str, str, str]]]


@pytest.fixture(scope="module")
def findings() -> Findings:
    root = Path(__file__).resolve().parents[1]
    result = subprocess.run(
        [sys.executable, "-m", "support.validation"],
        cwd=root,
        env={**os.environ, "CDK_VALIDATION": "true", "PYTHONPATH": f"{root / 'tests'}{os.pathsep}{root}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert result.returncode == 0, result.stderr[-5000:]
    answer: Findings = json.loads(result.stdout.splitlines()[-1])
    return answer


def test_the_rules_are_switched_on(findings: Findings) -> None:
    rules = {rule for plugin, rule, _, _ in findings["wrong"] if plugin == "CloudFormation Validate"}
    assert "F3034" in rules
    assert findings.keys() == {*systems(), "account", "wrong"}


@pytest.mark.parametrize("system", systems())
def test_every_template_is_one_that_cloudformation_takes(system: str, findings: Findings) -> None:
    assert not [finding for finding in findings[system] if finding[0] != "AwsSolutions"]


@pytest.mark.parametrize("system", [name for name in systems() if not name.startswith("stack-")])
def test_every_finding_is_reviewed(system: str, findings: Findings) -> None:
    unreviewed = [
        (rule, path)
        for plugin, rule, path, _ in findings[system]
        if plugin == "AwsSolutions" and not any(reviewed.covers(rule) for reviewed in REASONS)
    ]
    assert not unreviewed


@pytest.mark.parametrize("system", ["account", *(name for name in systems() if name.startswith("stack-"))])
def test_a_deployable_stack_carries_its_acknowledgements(system: str, findings: Findings) -> None:
    assert not findings[system]


def test_no_review_is_left_over(findings: Findings) -> None:
    rules = [rule for system in findings.values() for _, rule, _, _ in system]
    stale = [reviewed.finding for reviewed in REASONS if not any(reviewed.covers(rule) for rule in rules)]
    assert not stale


@pytest.mark.parametrize("reviewed", REASONS, ids=lambda reviewed: reviewed.finding)
def test_every_review_has_a_reason(reviewed: object) -> None:
    assert len(reviewed.reason.split()) >= 8  # type: ignore[attr-defined]
