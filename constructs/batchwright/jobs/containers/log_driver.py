"""Where a container's output goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_batch as batch

from batchwright.jobs.containers.secrets import JobSecret, render_secrets
from batchwright.model import Platform
from batchwright.model.arguments import mapping_problems
from batchwright.model.log_drivers import AWSLOGS, fargate_log_driver_problems, log_driver_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_logs as logs

    from batchwright.model import Problem

_OWN_OPTIONS: Final = ("awslogs-group", "awslogs-region", "awslogs-stream-prefix")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDriver:
    """Another log driver than CloudWatch Logs (`awslogs`) with its defaults, or more options for that one.

    The hosts must have it: ECS images bring `awslogs`, `json-file`, `syslog`, `journald`, `gelf`, `fluentd` and
    `splunk`. Fargate has `awslogs` and `splunk`.

    Attributes:
        name: The driver.
        options: Its options, such as `{"mode": "non-blocking", "max-buffer-size": "25m"}` of `awslogs`.
        secret_options: Options that are secrets, such as `{"splunk-token": JobSecret.from_secrets_manager(token)}`.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_LogConfiguration.html
    """

    name: str = AWSLOGS
    options: Mapping[str, str] = field(default_factory=dict)
    secret_options: Mapping[str, JobSecret] = field(default_factory=dict)

    def problems(self, at: str = "log_driver", *, platform: Platform, firelens: bool = False) -> Sequence[Problem]:
        """Find a driver that the platform does not have; `firelens` is whether a log router runs beside."""
        kinds = [
            *log_driver_problems(self.name, field=f"{at}.name", firelens=firelens),
            *mapping_problems(f"{at}.options", self.options, str, fix='Use {"mode": "non-blocking"}.'),
            *mapping_problems(f"{at}.secret_options", self.secret_options, JobSecret, fix="Use a JobSecret."),
        ]
        if kinds:
            return kinds
        found: list[Problem] = []
        if platform is Platform.FARGATE:
            found.extend(fargate_log_driver_problems(self.name, firelens=firelens, field=f"{at}.name"))
        for name, secret in self.secret_options.items():
            found.extend(secret.problems(f"{at}.secret_options[{name!r}]"))
        return found

    @property
    def to_cloudwatch(self) -> bool:
        """Whether the output goes to a log group."""
        return self.name == AWSLOGS


def stream_prefix(name: str) -> str:
    """Make what log streams begin with out of a name; a stream's name may hold neither `:` nor `*`."""
    return re.sub("[:*]", "-", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerLog:
    """Where one container's output goes: a log group, unless the driver is another.

    Attributes:
        driver: The driver.
        group: The log group; None with another driver than `awslogs`.
        prefix: What log streams begin with.
    """

    driver: LogDriver
    group: logs.ILogGroup | None
    prefix: str

    def render(self, region: str) -> batch.CfnJobDefinition.LogConfigurationProperty:
        """Render as a container's `LogConfiguration`, with the region that its log group is in."""
        options = dict(self.driver.options)
        if self.group is not None:
            own = (self.group.log_group_name, region, self.prefix)
            options = dict(zip(_OWN_OPTIONS, own, strict=True)) | options
        return batch.CfnJobDefinition.LogConfigurationProperty(
            log_driver=self.driver.name,
            options=options or None,
            secret_options=render_secrets(self.driver.secret_options),
        )

    def grant_write(self, execution_role: iam.IRole) -> None:
        """Allow the execution role to write it, and to read the driver's secrets."""
        if self.group is not None:
            self.group.grant_write(execution_role)
        for secret in self.driver.secret_options.values():
            secret.grant_read(execution_role)
