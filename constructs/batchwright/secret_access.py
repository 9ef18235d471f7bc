"""Reading secrets that are encrypted with a key of their own, across stacks too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from batchwright.tokens import is_token

if TYPE_CHECKING:
    from aws_cdk import aws_secretsmanager as secretsmanager

_READ: Final = ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret")


def grant_read_secret(secret: secretsmanager.ISecret, grantee: iam.IGrantable) -> iam.Grant:
    """Allow reading a secret, and decrypting it with its key.

    The CDK writes the reader's role into the key's policy. That works within one stack; with the key in another, each
    stack would wait for the other, and an imported key's policy is not there to be written. The role's own policy says
    it then, which counts where the key's policy leaves permissions to IAM, as the CDK's and AWS's own key policies do.
    Source: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html

    Args:
        secret: The secret.
        grantee: Who reads it.
    """
    key = secret.encryption_key
    if key is None or _takes_policy(key, grantee.grant_principal):
        return secret.grant_read(grantee)
    # What the CDK allows too when only the first part of a secret's ARN is known.
    arn = secret.secret_full_arn or f"{secret.secret_arn}-??????"
    reading = iam.Grant.add_to_principal(grantee=grantee, actions=list(_READ), resource_arns=[arn])
    decrypting = iam.Grant.add_to_principal(
        grantee=grantee,
        actions=["kms:Decrypt"],
        resource_arns=[key.key_arn],
        conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{secret.env.region}.amazonaws.com"}},
    )
    return reading.combine(decrypting)


def _takes_policy(key: kms.IKey, principal: iam.IPrincipal) -> bool:
    """Whether the key's policy is made here, and can or must name the reader: in its own stack, or another account."""
    if not isinstance(key, kms.Key):
        return False
    theirs = Stack.of(principal) if isinstance(principal, iam.Role) else None
    ours = Stack.of(key)
    if theirs is None or theirs is ours:
        return True
    accounts = (theirs.account, ours.account)
    return not any(map(is_token, accounts)) and len(set(accounts)) > 1
