"""Refused at synth: rules over CloudFormation templates with AWS Batch in them. Plain Python, no CDK, no network."""

from batchwright.checks.errors import InputError
from batchwright.checks.finding import Finding, Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.runner import all_rules, load, run

__all__ = ["Finding", "InputError", "Rule", "Severity", "Violation", "all_rules", "load", "run"]
