"""The router of the logs of a job's containers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam

from batchwright.model import Platform, Problem
from batchwright.model.arguments import kind_problems, like_problems, required_problems
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_s3 as s3

_ROUTERS: Final = ("fluentbit", "fluentd")


@dataclass(frozen=True, slots=True, kw_only=True)
class FireLens:
    """Makes a container the router of the logs of those with the log driver `awsfirelens`.

    What those say in the options of their driver becomes the router's output, such as
    `LogDriver(name="awsfirelens", options={"Name": "firehose", "delivery_stream": "logs"})`. The router writes with
    the job role, which is to be granted what its destination needs. Make it essential, or lines are lost when it ends.
    It listens on port 24224, which no security group should open to others.

    Attributes:
        router: `fluentbit` or `fluentd`, which the container's image holds.
        ecs_metadata: Whether each line gets its cluster, task and container.
        config_file: A file in the image with more configuration.
        config_bucket: A bucket with more configuration, instead of a file; not on Fargate. The execution role may read
            it.
        config_key: The object in that bucket.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html
    """

    router: Literal["fluentbit", "fluentd"] = "fluentbit"
    ecs_metadata: bool = True
    config_file: str | None = None
    config_bucket: s3.IBucket | None = None
    config_key: str | None = None

    def problems(self, field: str = "firelens", *, platform: Platform) -> Sequence[Problem]:
        """Find what ECS would refuse."""
        bucket, key = self.config_bucket, self.config_key
        found = [
            *required_problems(f"{field}.ecs_metadata", self.ecs_metadata, bool, fix="Use True or False."),
            *kind_problems(f"{field}.config_file", self.config_file, str, fix='Use "/fluent-bit/etc/extra.conf".'),
            *kind_problems(f"{field}.config_key", key, str, fix='Use "fluent-bit/extra.conf".'),
            *like_problems(f"{field}.config_bucket", bucket, "bucket_arn", kind="a bucket", fix="Use an s3.Bucket."),
        ]
        if self.router not in _ROUTERS:
            found.append(Problem(f"{field}.router", self.router, " or ".join(_ROUTERS), "Use fluentbit."))
        found.extend(_file_problems(f"{field}.config_file", self.config_file))
        if key == "":
            found.append(Problem(f"{field}.config_key", key, "the key of an object", 'Use "fluent-bit/extra.conf".'))
        if (bucket is None) != (key is None):
            missing = "config_key" if key is None else "config_bucket"
            found.append(Problem(f"{field}.{missing}", None, "a bucket and a key together", "Give both, or none."))
        elif bucket is not None and self.config_file is not None:
            allowed = "a file of the image, or an object of a bucket"
            found.append(Problem(f"{field}.config_file", self.config_file, allowed, "Leave one of them out."))
        if bucket is not None and platform is Platform.FARGATE:
            fix = "Use config_file, and put the file into the image."
            found.append(Problem(f"{field}.config_bucket", "a bucket", "nothing on Fargate, only a file", fix))
        return found

    def render(self) -> batch.CfnJobDefinition.FirelensConfigurationProperty:
        """Render as a container's `FirelensConfiguration`."""
        options = {"enable-ecs-log-metadata": "true" if self.ecs_metadata else "false"}
        if self.config_file is not None:
            options |= {"config-file-type": "file", "config-file-value": self.config_file}
        if self.config_bucket is not None and self.config_key is not None:
            value = self.config_bucket.arn_for_objects(self.config_key)
            options |= {"config-file-type": "s3", "config-file-value": value}
        return batch.CfnJobDefinition.FirelensConfigurationProperty(type=self.router, options=options)

    def grant(self, execution_role: iam.IRole) -> None:
        """Allow the execution role to fetch the configuration from its bucket.

        Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html
        """
        bucket, key = self.config_bucket, self.config_key
        if bucket is None or key is None:
            return
        parts = {"s3:GetObject": bucket.arn_for_objects(key), "s3:GetBucketLocation": bucket.bucket_arn}
        for action, arn in parts.items():
            iam.Grant.add_to_principal(grantee=execution_role, actions=[action], resource_arns=[arn])


def _file_problems(field: str, path: object) -> Sequence[Problem]:
    if not isinstance(path, str) or path.startswith("/") or is_token(path):
        return []
    return [Problem(field, path, "the path of a file in the image, from /", 'Use "/fluent-bit/etc/extra.conf".')]
