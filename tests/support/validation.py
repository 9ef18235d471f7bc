"""Synthesizes every system under cdk-nag's AwsSolutions pack and CDK's own template rules; prints what they find.

Run as a process of its own, because CDK's rules are switched on or off once, when its kernel starts:

    CDK_VALIDATION=true python -m support.validation

The answer is one JSON object on the last line: system name -> findings, each [plugin, rule, construct path, text].
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_batch as batch
from cdk_nag import AwsSolutionsChecks
from support.systems import ROOT, System, new_app, stack_classes, stacks_of, systems

from stacks.nag import acknowledge

Finding = tuple[str, str, str, str]


def findings_of(build: System) -> list[Finding]:
    """All findings of a system; a deployable stack acknowledges those that were reviewed, as `app.py` does."""
    app = build()
    for stack in stacks_of(app):
        if type(stack).__module__.startswith("stacks."):
            acknowledge(stack)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks())
    try:
        app.synth()
    except RuntimeError as error:
        if "ValidationFailed" not in str(error):
            raise
    report = Path(app.outdir) / "validation-report.json"
    return _read(json.loads(report.read_text())) if report.exists() else []


def wrong_on_purpose() -> cdk.App:
    """A queue that CloudFormation would refuse: proof that the rules are switched on."""
    app = new_app()
    batch.CfnJobQueue(cdk.Stack(app, "Wrong"), "Queue", priority=20_000)
    return app


def in_an_account() -> cdk.App:
    """Every deployable stack for an account and Region that are known, with the context of `cdk.json`."""
    zones = {"availability-zones:account=123456789012:region=eu-central-1": ["eu-central-1a", "eu-central-1b"]}
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = cdk.App(context={**context, **zones}, analytics_reporting=False)
    for stack in stack_classes():
        stack(app, stack.__name__, env=cdk.Environment(account="123456789012", region="eu-central-1"))
    return app


def _read(report: dict[str, Any]) -> list[Finding]:
    return [
        (plugin["pluginName"], violation["ruleName"], str(place.get("constructPath", "")), violation["description"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for place in violation.get("violatingConstructs") or [{}]
    ]


if __name__ == "__main__":
    everything = {**systems(), "account": in_an_account, "wrong": wrong_on_purpose}
    sys.stdout.write(json.dumps({name: findings_of(build) for name, build in everything.items()}))
