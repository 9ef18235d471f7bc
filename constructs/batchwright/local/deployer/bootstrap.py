"""What `cdk bootstrap` leaves in an account, as far as templates and assets need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.deployer.target import Target

QUALIFIER = "hnb659fds"
# Templates refuse anything below 6; the current bootstrap template is at 30 or so.
VERSION = "30"


class Bootstrap:
    """Makes buckets and the version parameter where they are missing."""

    def __init__(self, client: Callable[[str], Any], target: Target) -> None:
        self._client = client
        self._target = target

    @property
    def bucket(self) -> str:
        """The bucket for templates and, by default, for file assets."""
        return f"cdk-{QUALIFIER}-assets-{self._target.account}-{self._target.region}"

    def ensure(self) -> None:
        """Make the default bucket and the version parameter."""
        self.ensure_bucket(self.bucket)
        parameter = f"/cdk-bootstrap/{QUALIFIER}/version"
        ssm = self._client("ssm")
        try:
            ssm.get_parameter(Name=parameter)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise
            ssm.put_parameter(Name=parameter, Value=VERSION, Type="String")

    def ensure_bucket(self, bucket: str) -> None:
        """Make a bucket for assets, unless it exists."""
        s3 = self._client("s3")
        try:
            s3.head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "NoSuchBucket", "NotFound"}:
                raise
            where = self._target.region
            # S3 refuses us-east-1 as a location constraint.
            extra = {} if where == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": where}}
            s3.create_bucket(Bucket=bucket, **extra)
