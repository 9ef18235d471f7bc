"""The rules as a CDK validation plugin: they run at the end of every synthesis of an app."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
import jsii

from batchwright.checks import Severity, all_rules, load, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.checks import Finding


@jsii.implements(cdk.IPolicyValidationPlugin)
class BatchRules:
    """Checks every template of an app for what AWS Batch refuses, or accepts and never runs.

    One line puts it into any app, also one that uses nothing else of Batchwright:

        cdk.Validations.of(app).add_plugins(BatchRules())

    An error ends the synthesis and names the construct, the value, what is allowed and the fix; a warning is shown.
    What has a reason to stay is acknowledged at its construct, or at one above it:

        cdk.Validations.of(job).acknowledge(cdk.Acknowledgment(id="BatchRules::BW306", reason="..."))

    It reads templates only: no account, no network.
    """

    @property
    def name(self) -> str:
        """What the report calls it, and what an acknowledgement's id begins with."""
        return "BatchRules"

    @property
    def version(self) -> str:
        """Batchwright's version."""
        return version("batchwright")

    @property
    def rule_ids(self) -> list[str]:
        """All rules' ids."""
        return [rule.id for rule in all_rules()]

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Check all templates together, so that a queue of one stack is seen from the jobs of another.

        Args:
            context: Names the templates; the CDK calls this once for all stages that the plugin is added to.
        """
        findings = run(load(_assemblies(context.template_paths)))
        return cdk.PolicyValidationPluginReport(
            success=not any(finding.severity is Severity.ERROR for finding in findings),
            violations=[_violation(finding) for finding in findings],
        )


def _assemblies(templates: Sequence[str]) -> list[Path]:
    """The folders of the templates' cloud assemblies, without those of stages that lie inside another's."""
    folders = sorted({Path(template).parent for template in templates})
    return [folder for folder in folders if not any(other in folder.parents for other in folders)]


def _violation(finding: Finding) -> cdk.PolicyViolation:
    return cdk.PolicyViolation(
        rule_name=finding.rule,
        description=finding.message,
        fix=finding.fix,
        severity=finding.severity.value,
        rule_metadata={"source": finding.source},
        # The CDK finds the construct by template and logical id; without a resource it can show the template alone.
        violating_resources=[
            cdk.PolicyViolatingResource(
                resource_logical_id=finding.resource or None,
                template_path=finding.template,
                locations=[f"Properties.{finding.path}"] if finding.path else [],
            )
        ],
    )
