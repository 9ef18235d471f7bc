"""Secrets that containers get as environment variables, without their values in any template or description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batchwright.model import Problem
from batchwright.model.arguments import kind_problems
from batchwright.secret_access import grant_read_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_secretsmanager as secretsmanager
    from aws_cdk import aws_ssm as ssm


@dataclass(frozen=True, slots=True)
class JobSecret:
    """A secret that a container gets as an environment variable. ECS reads it when an attempt starts.

    Made by `from_secrets_manager` or `from_ssm_parameter`; the execution role may read that secret, and decrypt it with
    its key. Of a key in another stack or an imported one, the role's own policy says so: the key's policy must leave
    permissions to IAM, as it does by default.

    Attributes:
        secret: The secret of Secrets Manager; None for a parameter.
        parameter: The parameter of Systems Manager; None for a secret.
        field: A key of the secret's JSON, instead of all of it.
        version_stage: A version's label, instead of `AWSCURRENT`.
        version_id: A version's id, instead of the current one.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/specifying-sensitive-data.html
    """

    secret: secretsmanager.ISecret | None = None
    parameter: ssm.IParameter | None = None
    field: str | None = None
    version_stage: str | None = None
    version_id: str | None = None

    @classmethod
    def from_secrets_manager(
        cls,
        secret: secretsmanager.ISecret,
        *,
        field: str | None = None,
        version_stage: str | None = None,
        version_id: str | None = None,
    ) -> JobSecret:
        """Take a secret of Secrets Manager.

        Args:
            secret: The secret.
            field: A key of its JSON; all of it by default.
            version_stage: A version's label; `AWSCURRENT` by default.
            version_id: A version's id; the current one by default.
        """
        return cls(secret=secret, field=field, version_stage=version_stage, version_id=version_id)

    @classmethod
    def from_ssm_parameter(cls, parameter: ssm.IParameter) -> JobSecret:
        """Take a parameter of Systems Manager, a secure one or not."""
        return cls(parameter=parameter)

    def problems(self, field: str) -> Sequence[Problem]:
        """Find what is no secret, and parts that ECS could not tell from each other."""
        if self.secret is not None and not hasattr(self.secret, "secret_arn"):
            return [Problem(field, self.secret, "a secret of Secrets Manager", "Use a secretsmanager.Secret.")]
        if self.parameter is not None and not hasattr(self.parameter, "parameter_arn"):
            return [Problem(field, self.parameter, "a parameter of Systems Manager", "Use an ssm.StringParameter.")]
        if (self.secret is None) == (self.parameter is None):
            fix = "Use JobSecret.from_secrets_manager(secret)."
            return [Problem(field, self, "a secret or a parameter", fix)]
        found: list[Problem] = []
        for name in ("field", "version_stage", "version_id"):
            part = getattr(self, name)
            found.extend(kind_problems(f"{field}.{name}", part, str, fix="Use a text."))
            if isinstance(part, str) and (not part or (":" in part and "${Token[" not in part)):
                allowed = "text without a colon, which separates the parts of the address"
                found.append(Problem(f"{field}.{name}", part, allowed, "Leave it out, or use another name."))
        return found

    @property
    def value_from(self) -> str:
        """The address that the job definition names."""
        if self.parameter is not None:
            return self.parameter.parameter_arn
        arn = self.secret.secret_arn if self.secret else ""
        parts = (self.field or "", self.version_stage or "", self.version_id or "")
        return ":".join((arn, *parts)) if any(parts) else arn

    def grant_read(self, execution_role: iam.IRole) -> None:
        """Allow the execution role to read it, and to decrypt it with its key."""
        if self.secret is not None:
            grant_read_secret(self.secret, execution_role)
        elif self.parameter is not None:
            self.parameter.grant_read(execution_role)


def render_secrets(secrets: Mapping[str, JobSecret]) -> list[batch.CfnJobDefinition.SecretProperty] | None:
    """Render as `Secrets` or `SecretOptions`, by the names of variables or options; None without any."""
    return [
        batch.CfnJobDefinition.SecretProperty(name=name, value_from=secret.value_from)
        for name, secret in secrets.items()
    ] or None
