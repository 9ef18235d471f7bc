"""A pull-through cache of ECR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Aws, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from batchwright.images.job_image import JobImage, built
from batchwright.model import Architecture, Problems
from batchwright.model.arguments import like_problems
from batchwright.model.container_images import (
    cache_credential_problems,
    cache_prefix_problems,
    cached_name_problems,
    upstream_problems,
)
from batchwright.model.windows import OperatingSystem
from batchwright.tokens import is_token, where

if TYPE_CHECKING:
    from aws_cdk import aws_secretsmanager as secretsmanager

# Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
_PULL: Final = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:BatchImportUpstreamImage",
    "ecr:CreateRepository",
    "ecr:GetDownloadUrlForLayer",
)


class PullThroughCache(Construct):
    """Images of another registry, kept in ECR: pulled from there once, and from ECR by every host after that.

    A hundred hosts that start at once do not run into Docker Hub's limits, and hosts without a way to the internet
    pull through ECR's endpoints what is there already. The first pull of an image must not come through endpoints
    alone: pull it once from anywhere else, `docker pull` on a workstation for example.
    Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html

        cache = PullThroughCache(self, "Cache", upstream="public.ecr.aws", prefix="public")
        image = cache.image("docker/library/python:3.13-slim")

    Args:
        scope: The parent.
        construct_id: The id below it.
        upstream: The registry: `public.ecr.aws`, `registry-1.docker.io` (Docker Hub), `quay.io`, `registry.k8s.io`,
            `ghcr.io`, `registry.gitlab.com` or `<name>.azurecr.io`.
        prefix: What the names of the repositories in ECR begin with, 2 to 30 characters; one rule a prefix and region.
        credentials: A secret whose name begins with `ecr-pullthroughcache/`, with `username` and `accessToken`. Docker
            Hub, GitHub, GitLab and Azure need one.

    Raises:
        ConfigurationError: The registry is unknown, the prefix is none, or credentials are missing or misnamed.
            Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html

    Attributes:
        resource: The L1 resource.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        upstream: str,
        prefix: str,
        credentials: secretsmanager.ISecret | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        problems.extend(upstream_problems(upstream))
        problems.extend(cache_prefix_problems(prefix))
        fix = "Use a secretsmanager.Secret."
        wrong = like_problems("credentials", credentials, "secret_arn", kind="a secret", fix=fix)
        problems.extend(wrong)
        if not wrong:
            problems.extend(cache_credential_problems(upstream, _secret_name(credentials)))
        problems.raise_if_any()
        self._prefix = prefix
        self.resource = ecr.CfnPullThroughCacheRule(
            self,
            "Resource",
            ecr_repository_prefix=prefix,
            upstream_registry_url=upstream,
            credential_arn=None if credentials is None else credentials.secret_arn,
        )

    def image(
        self,
        name: str,
        *,
        architecture: Architecture | str | None = Architecture.X86_64,
        operating_system: OperatingSystem | str = OperatingSystem.LINUX,
    ) -> JobImage:
        """Name an image by what the other registry calls it, without that registry: `library/python:3.13-slim`.

        Args:
            name: Repository and tag or digest. Docker Hub's own images are below `library/`.
            architecture: `x86_64` or `arm64`; None for an image that was built for both.
            operating_system: What it was built for; Windows runs on Fargate only.

        Raises:
            ConfigurationError: The name has a registry or a character that no image name has, or the architecture or
                the system is unknown.
        """
        problems = Problems("PullThroughCache.image")
        if not is_token(name):
            problems.extend(cached_name_problems(name))
        built_for, system = built(architecture, operating_system, problems)
        problems.raise_if_any()
        stack = Stack.of(self)
        registry = f"{stack.account}.dkr.ecr.{stack.region}.{Aws.URL_SUFFIX}"
        uri = f"{registry}/{self._prefix}/{name}"
        return JobImage(uri=uri, architecture=built_for, operating_system=system, cache=self)

    def grant_pull(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow pulling images through the cache, which makes a repository for each that is new."""
        stack = Stack.of(self)
        repositories = stack.format_arn(service="ecr", resource="repository", resource_name=f"{self._prefix}/*")
        login = iam.Grant.add_to_principal(grantee=grantee, actions=["ecr:GetAuthorizationToken"], resource_arns=["*"])
        return login.combine(
            iam.Grant.add_to_principal(grantee=grantee, actions=list(_PULL), resource_arns=[repositories])
        )


def _secret_name(credentials: secretsmanager.ISecret | None) -> str | None:
    """The secret's name as far as it is known: empty when it is open, None without a secret."""
    if credentials is None:
        return None
    name = credentials.secret_name
    return "" if is_token(name) else name
