"""What `cdk bootstrap` leaves in an account, as far as templates and assets need it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.deployer.stacks import StackOperator
    from batchwright.local.deployer.target import Target

QUALIFIER: Final = "hnb659fds"
STACK: Final = "CDKToolkit"
# Templates refuse anything below 6; the current bootstrap template is at 30 or so.
VERSION: Final = "30"


class Bootstrap:
    """Makes buckets and the version parameter where they are missing.

    They stand in a stack with the names and logical ids of the CDK's own, which a later `cdk bootstrap` updates, and
    in which a `cdk deploy` finds what it needs.
    """

    def __init__(self, client: Callable[[str], Any], target: Target) -> None:
        self._client = client
        self._target = target

    @property
    def bucket(self) -> str:
        """The bucket for templates and, by default, for file assets."""
        return f"cdk-{QUALIFIER}-assets-{self._target.account}-{self._target.region}"

    def ensure(self, operator: StackOperator) -> None:
        """Make the stack, unless its version parameter and its bucket are there.

        Args:
            operator: Makes it.
        """
        if not (self._has_parameter() and self._has_bucket(self.bucket)):
            operator.deploy(STACK, template={"TemplateBody": json.dumps(self._template())}, parameters={}, tags={})

    def ensure_bucket(self, bucket: str) -> None:
        """Make a bucket for assets, unless it exists."""
        if not self._has_bucket(bucket):
            where = self._target.region
            # S3 refuses us-east-1 as a location constraint.
            extra = {} if where == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": where}}
            self._client("s3").create_bucket(Bucket=bucket, **extra)

    @property
    def _parameter(self) -> str:
        return f"/cdk-bootstrap/{QUALIFIER}/version"

    def _template(self) -> dict[str, Any]:
        repository = f"cdk-{QUALIFIER}-container-assets-{self._target.account}-{self._target.region}"
        version = {"Type": "String", "Name": self._parameter, "Value": VERSION}
        return {
            "Description": "Buckets and names that deployments of CDK apps need.",
            "Resources": {
                "StagingBucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": self.bucket}},
                "ContainerAssetsRepository": {
                    "Type": "AWS::ECR::Repository",
                    "Properties": {"RepositoryName": repository},
                },
                "CdkBootstrapVersion": {"Type": "AWS::SSM::Parameter", "Properties": version},
            },
            "Outputs": {
                "BucketName": {"Value": {"Ref": "StagingBucket"}},
                "BucketDomainName": {"Value": {"Fn::GetAtt": ["StagingBucket", "RegionalDomainName"]}},
                "ImageRepositoryName": {"Value": {"Ref": "ContainerAssetsRepository"}},
                "BootstrapVersion": {"Value": {"Fn::GetAtt": ["CdkBootstrapVersion", "Value"]}},
            },
        }

    def _has_parameter(self) -> bool:
        try:
            self._client("ssm").get_parameter(Name=self._parameter)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise
            return False
        return True

    def _has_bucket(self, bucket: str) -> bool:
        try:
            self._client("s3").head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"404", "NoSuchBucket", "NotFound"}:
                raise
            return False
        return True
