"""An ECR repository for job images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from batchwright.model import Problems
from batchwright.model.arguments import like_problems, required_problems
from batchwright.tokens import where

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_kms as kms

_UNTAGGED_DAYS: Final = 14


class ImageRepository(Construct):
    """A repository that scans each image, never overwrites a tag, forgets old images and survives its stack.

    Immutable tags make a job definition that names a tag run the same bytes tomorrow. A job takes an image from it with
    `JobImage.from_repository(images.repository, tag="1.0")`.

    Args:
        scope: The parent.
        construct_id: The id below it.
        keep_images: Tagged images kept, 1 or more; the oldest beyond that expire. Untagged ones expire after 14 days.
        encryption_key: A customer-managed key; ECR's own AES-256 encryption otherwise.
        removal_policy: RETAIN by default: an image may be all that is left of a published result.

    Raises:
        ConfigurationError: `keep_images` is below 1.

    Attributes:
        repository: The repository.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        keep_images: int = 50,
        encryption_key: kms.IKey | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        count: object = keep_images
        problems.check(
            # ECR's policy is a text, in which nothing is filled in at deployment.
            isinstance(count, int) and not isinstance(count, bool) and count >= 1,
            field="keep_images",
            value=keep_images,
            allowed="a whole number, 1 or more, known now",
            fix="50 is the default.",
        )
        problems.extend(
            like_problems("encryption_key", encryption_key, "key_arn", kind="a kms.IKey", fix="Use kms.Key(...).")
        )
        problems.extend(
            required_problems("removal_policy", removal_policy, RemovalPolicy, fix="Use RemovalPolicy.RETAIN.")
        )
        problems.raise_if_any()
        self.repository = ecr.Repository(
            self,
            "Repository",
            image_scan_on_push=True,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            encryption=ecr.RepositoryEncryption.KMS if encryption_key else ecr.RepositoryEncryption.AES_256,
            encryption_key=encryption_key,
            removal_policy=removal_policy,
            lifecycle_rules=[
                ecr.LifecycleRule(
                    description=f"Untagged images go after {_UNTAGGED_DAYS} days",
                    tag_status=ecr.TagStatus.UNTAGGED,
                    max_image_age=Duration.days(_UNTAGGED_DAYS),
                    rule_priority=1,
                ),
                ecr.LifecycleRule(
                    description=f"The newest {keep_images} images stay",
                    tag_status=ecr.TagStatus.ANY,
                    max_image_count=keep_images,
                    rule_priority=2,
                ),
            ],
        )

    def grant_pull(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow pulling images."""
        return self.repository.grant_pull(grantee)

    def grant_push(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow pushing images, for a build pipeline."""
        return self.repository.grant_pull_push(grantee)
