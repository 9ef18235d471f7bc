"""What a rule says about a template."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is.

    An error is refused by AWS, or accepted and never works. A warning works, and will hurt: it may be acknowledged.
    Info is worth knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One mistake in one resource.

    Attributes:
        rule: Id of the rule, such as `BW301`.
        severity: How bad it is.
        template: The template's file or stack name.
        resource: Logical id of the resource at fault; empty when it concerns the whole template.
        construct: Construct path of that resource, where the template tells it (`aws:cdk:path`).
        path: The property at fault, such as `ContainerProperties.ResourceRequirements[1].Value`.
        message: One sentence: what is wrong, with the value and what is allowed.
        fix: What to write instead.
        source: Address of the AWS page, or of the report, that the rule comes from.
    """

    rule: str
    severity: Severity
    template: str
    resource: str
    construct: str
    path: str
    message: str
    fix: str
    source: str
