"""References to container images."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html (image)
MAX_IMAGE_LENGTH: Final = 255
# Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
_OPEN_UPSTREAMS: Final = ("public.ecr.aws", "quay.io", "registry.k8s.io")
_CLOSED_UPSTREAMS: Final = ("registry-1.docker.io", "ghcr.io", "registry.gitlab.com")
_AZURE: Final = re.compile(r"[A-Za-z0-9]{5,50}\.azurecr\.io")
_PLACEHOLDER: Final = "Ref::"
_OPEN_MARK: Final = re.compile(r"[^A-Za-z0-9.:@_-]")
CREDENTIALS_PREFIX: Final = "ecr-pullthroughcache/"
_PREFIX_LENGTHS: Final = (2, 30)
_PREFIX: Final = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*")
_CACHED: Final = re.compile(rf"{_PREFIX.pattern}(?::[A-Za-z0-9_][A-Za-z0-9._-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?")


# Registries on the internet, of which no VPC endpoint leads to any. Others may stand in the VPC, or be joined to it.
# Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html (ECR Public)
_DOCKER_HUB: Final = "docker.io"
_PUBLIC_REGISTRIES: Final = frozenset(
    {
        *_OPEN_UPSTREAMS,
        *_CLOSED_UPSTREAMS,
        _DOCKER_HUB,
        "index.docker.io",
        "mcr.microsoft.com",
        "nvcr.io",
        "registry.access.redhat.com",
    }
)


def public_registry(image: str) -> str | None:
    """Name the registry on the internet that an image comes from; None of ECR, and where it may be anywhere.

    A first part in lower case without a dot or a port is no registry, but for `localhost`: such images are Docker
    Hub's.
    Source: https://github.com/distribution/reference/blob/main/normalize.go
    """
    first, slash, _ = image.partition("/")
    if _OPEN_MARK.search(first) or image.startswith(_PLACEHOLDER):
        return None
    if not slash or not (set(".:") & set(first) or first == "localhost" or first != first.lower()):
        return _DOCKER_HUB
    return first if first in _PUBLIC_REGISTRIES else None


def registry_problems(image: str, internet: Sequence[bool | None]) -> Sequence[Problem]:
    """Find an image of a registry on the internet where no environment of the queue has a way to it.

    Args:
        image: The image.
        internet: Whether each environment of the queue reaches the internet; None when open.
    """
    registry = public_registry(image)
    if registry is None or not internet or any(each is not False for each in internet):
        return []
    return [_registry_problem(image, registry, "no environment of the queue has")]


def partial_registry_problems(image: str, internet: Sequence[bool | None]) -> Sequence[Problem]:
    """Find an image of a registry on the internet where some environments of the queue have no way to it."""
    registry, cut = public_registry(image), [number for number, each in enumerate(internet, 1) if each is False]
    if registry is None or not cut or len(cut) == len(internet):
        return []
    return [_registry_problem(image, registry, f"environment {' and '.join(map(str, cut))} of the queue has not")]


def _registry_problem(image: str, registry: str, who: str) -> Problem:
    allowed = f"images of ECR: {registry} needs a way to the internet, which {who}"
    fix = (
        "Run in subnets with a NAT gateway or public addresses (Egress.NAT, Egress.PUBLIC), or keep the image in ECR "
        "(JobImage.from_folder, JobImage.from_repository). A way out that the CDK does not know is told by "
        "ec2.SubnetType.PRIVATE_WITH_EGRESS."
    )
    return Problem("image", image, allowed, fix)


def image_reference_problems(image: str) -> Sequence[Problem]:
    """Find an image reference that is too long."""
    if len(image) <= MAX_IMAGE_LENGTH:
        return []
    value = f"{image[:40]}... ({len(image)} characters)"
    fix = "Shorten the repository's name or the tag, or name the image by its digest."
    return [Problem("image", value, f"up to {MAX_IMAGE_LENGTH} characters", fix)]


def upstream_problems(upstream: object) -> Sequence[Problem]:
    """Find a registry that ECR cannot cache.

    Source: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
    """
    known = (*_OPEN_UPSTREAMS, *_CLOSED_UPSTREAMS)
    if isinstance(upstream, str) and (upstream in known or _AZURE.fullmatch(upstream)):
        return []
    fix = "Docker Hub is registry-1.docker.io, without https://."
    return [Problem("upstream", upstream, f"{', '.join(known)} or <name>.azurecr.io", fix)]


def cache_prefix_problems(prefix: object) -> Sequence[Problem]:
    """Find what no name of a repository can begin with.

    Source: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
    """
    low, high = _PREFIX_LENGTHS
    if isinstance(prefix, str) and low <= len(prefix) <= high and _PREFIX.fullmatch(prefix):
        return []
    allowed = f"{low} to {high} small letters and digits, with . _ - or / between them"
    return [Problem("prefix", prefix, allowed, "Use 'docker-hub', for example.")]


def cache_credential_problems(upstream: object, secret: str | None) -> Sequence[Problem]:
    """Find a registry that is not cached without a login, and a secret that ECR does not read.

    Args:
        upstream: The registry.
        secret: The secret's name; None without one, empty when it is open.

    Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html
    """
    if secret is None:
        if not isinstance(upstream, str) or not (upstream in _CLOSED_UPSTREAMS or _AZURE.fullmatch(upstream)):
            return []
        allowed = f"a secret for {upstream}, which ECR reads only after a login"
        return [Problem("credentials", None, allowed, f"Make one whose name begins with {CREDENTIALS_PREFIX}.")]
    if not secret or secret.startswith(CREDENTIALS_PREFIX):
        return []
    allowed = f"a secret whose name begins with {CREDENTIALS_PREFIX}"
    return [Problem("credentials", secret, allowed, f"Use secret_name='{CREDENTIALS_PREFIX}...'.")]


def cached_name_problems(name: object) -> Sequence[Problem]:
    """Find what is no image of a registry without that registry's own name."""
    if not isinstance(name, str) or not _CACHED.fullmatch(name):
        allowed = "a repository of small letters, with a tag or a digest"
        return [Problem("name", name, allowed, "Use 'library/python:3.13-slim', for example.")]
    host = name.partition("/")[0]
    if "/" in name and "." in host:
        fix = "Leave the registry out; it is the cache's upstream."
        return [Problem("name", name, "an image's name without its registry", fix)]
    return []
