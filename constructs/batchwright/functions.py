"""A Lambda function that ships with Batchwright."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import jsii
from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from batchwright.assets import lambda_folder
from batchwright.model import Problems
from batchwright.tokens import where, within

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_TIMEOUT_MINUTES: Final = 15
# What tools leave in a checkout; in the asset it would change the function's hash.
_NOT_CODE: Final = ("__pycache__", "*.pyc", ".*", "*.md", "tests")


@jsii.implements(iam.IGrantable)
class ShippedFunction(Construct):
    """One of the functions in `lambdas/`: plain Python with nothing but boto3, on Graviton, with its own log group.

    It may do nothing until it is granted something: `bucket.grant_read(function)`.

    Args:
        scope: The parent.
        construct_id: The id below it.
        name: The function's folder in `lambdas/`.
        environment: Environment variables. Never a secret.
        timeout_minutes: 1 to 15. Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
        memory_mib: 128 to 10,240; CPU grows with it.
        log_retention: How long its log is kept.

    Raises:
        ConfigurationError: A number is outside its range.
        FileNotFoundError: No function of that name ships.

    Attributes:
        function: The function.
        log_group: Its log.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        environment: Mapping[str, str] | None = None,
        timeout_minutes: int = 1,
        memory_mib: int = 256,
        log_retention: logs.RetentionDays = logs.RetentionDays.THREE_MONTHS,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        problems.check(
            within(timeout_minutes, 1, _MAX_TIMEOUT_MINUTES),
            field="timeout_minutes",
            value=timeout_minutes,
            allowed=f"1 to {_MAX_TIMEOUT_MINUTES}",
            fix="Longer work belongs in a job.",
        )
        problems.check(
            within(memory_mib, 128, 10_240),
            field="memory_mib",
            value=memory_mib,
            allowed="128 to 10,240 MiB",
            fix="256 is the default.",
        )
        problems.raise_if_any()
        self.log_group = logs.LogGroup(self, "Logs", retention=log_retention)
        self._role = role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(role)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            handler="handler.handler",
            code=lambda_.Code.from_asset(str(lambda_folder(name)), exclude=list(_NOT_CODE)),
            role=role,
            environment=dict(environment or {}),
            timeout=Duration.minutes(timeout_minutes),
            memory_size=memory_mib,
            log_group=self.log_group,
            description=f"Batchwright: {name}",
        )

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The function's role, so that it can be granted permissions directly."""
        return self._role
