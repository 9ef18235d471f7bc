"""Parameters, and the pseudo parameters that AWS fills in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.templates.texts import split
from batchwright.checks.templates.values import ABSENT, Absent, Unknown

if TYPE_CHECKING:
    from batchwright.checks.templates.document import Document
    from batchwright.checks.templates.values import Value

_PARTITIONS: Final = (("cn-", "aws-cn", "amazonaws.com.cn"), ("us-gov-", "aws-us-gov", "amazonaws.com"))


def pseudo(document: Document, name: str) -> Value | Absent:
    """A pseudo parameter: known as far as the cloud assembly says where the stack goes.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
    """
    if name == "AWS::NoValue":
        return ABSENT
    known = {"AWS::AccountId": document.account, "AWS::Region": document.region, "AWS::StackName": document.stack_name}
    if document.region:
        partition, suffix = next(
            ((partition, suffix) for prefix, partition, suffix in _PARTITIONS if document.region.startswith(prefix)),
            ("aws", "amazonaws.com"),
        )
        known |= {"AWS::Partition": partition, "AWS::URLSuffix": suffix}
    return known.get(name) or Unknown(name)


def declared(name: str, declaration: object, given: Value | None) -> Value:
    """A parameter's value: what was given for it, else its default.

    Args:
        name: Its name.
        declaration: Its object in `Parameters`.
        given: What the parent stack or the cloud assembly gives it; None for nothing.
    """
    if not isinstance(declaration, dict):
        return Unknown(f"parameter {name}")
    kind = declaration.get("Type")
    default = declaration.get("Default")
    # The default of such a parameter names where the value is stored.
    if isinstance(kind, str) and kind.startswith("AWS::SSM::Parameter::Value"):
        return Unknown(f"parameter {name}")
    value: Value = given
    if value is None:
        value = default if isinstance(default, str | int | float) else Unknown(f"parameter {name}")
    many = isinstance(kind, str) and (kind == "CommaDelimitedList" or kind.startswith("List<"))
    if not many or isinstance(value, list):
        return value
    found = split(",", value)
    return [each.strip() if isinstance(each, str) else each for each in found] if isinstance(found, list) else found


def flat(value: Value) -> Value:
    """Take over what one stack hands another: a string, or a list of such; CloudFormation knows nothing deeper."""
    deep = isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, dict | list) for each in value))
    return Unknown("an object where a string belongs") if deep else value
