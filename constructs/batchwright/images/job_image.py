"""A container image together with the CPU architecture and the operating system it was built for."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_ecr_assets as assets

from batchwright.images.repository import ImageRepository
from batchwright.model import Architecture, Problems
from batchwright.model.arguments import like_problems, text_values_problems
from batchwright.model.windows import OperatingSystem, windows_architecture_problems
from batchwright.secret_access import grant_read_secret
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_ecr as ecr
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_secretsmanager as secretsmanager
    from constructs import Construct

    from batchwright.images.pull_through_cache import PullThroughCache

_MAX_URI: Final = 255
_NAME: Final = re.compile(r"(?!https?:)[A-Za-z0-9._:/#@-]+")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class JobImage:
    """An image that jobs run, with its architecture, so that a job never lands on a host that cannot run it.

    Made by `from_folder`, `from_repository`, `from_registry`, or by `PullThroughCache.image`.

    Attributes:
        uri: What the job definition names.
        architecture: What the image was built for; None for a multi-architecture image, which runs on any queue.
        repository: The ECR repository that it is pulled from; None for other registries.
        credentials: The secret with which a private registry is logged in to; None for others.
        operating_system: What the image was built for; Windows runs on Fargate only.
        cache: The pull-through cache that it comes from, if it does.
    """

    uri: str
    architecture: Architecture | None
    repository: ecr.IRepository | None = None
    credentials: secretsmanager.ISecret | None = None
    operating_system: OperatingSystem = OperatingSystem.LINUX
    cache: PullThroughCache | None = None

    @classmethod
    def from_folder(
        cls,
        scope: Construct,
        construct_id: str,
        folder: str | Path,
        *,
        architecture: Architecture | str = Architecture.X86_64,
        build_args: Mapping[str, str] | None = None,
    ) -> JobImage:
        """Build an image from a folder with a Dockerfile when the stack is deployed; synthesis needs no Docker.

        Args:
            scope: The parent of the asset.
            construct_id: Its id.
            folder: The build context. Only its own files count, so an edit elsewhere rebuilds nothing.
            architecture: `x86_64` or `arm64`.
            build_args: Values for the Dockerfile's ARGs; they are visible in the image, so never a secret.

        Raises:
            ConfigurationError: The folder or its Dockerfile is missing, or the architecture is unknown.
        """
        problems = Problems(f"JobImage.from_folder {construct_id!r}")
        given: object = folder
        path = Path(folder) if isinstance(given, str | Path) else None
        if problems.check(
            path is not None and os.path.isdir(path),  # noqa: PTH112 - Path.is_dir() fails over too long a name
            field="folder",
            value=str(folder) if path else folder,
            allowed="an existing folder",
            fix="Correct the path; a relative one starts where the app is run.",
        ):
            problems.check(
                path is not None and (path / "Dockerfile").is_file(),
                field="folder",
                value=str(folder),
                allowed="a folder with a Dockerfile",
                fix="Add a Dockerfile, or name the folder that holds it.",
            )
        built_for = single_architecture(architecture, problems)
        problems.extend([] if build_args is None else text_values_problems("build_args", build_args))
        problems.raise_if_any()
        asset = assets.DockerImageAsset(
            scope,
            construct_id,
            directory=str(folder),
            build_args=dict(build_args) if build_args else None,
            platform=_platform(built_for),
        )
        return cls(uri=asset.image_uri, architecture=built_for, repository=asset.repository)

    @classmethod
    def from_repository(
        cls,
        repository: ecr.IRepository | ImageRepository,
        *,
        tag: str,
        architecture: Architecture | str | None = Architecture.X86_64,
        operating_system: OperatingSystem | str = OperatingSystem.LINUX,
    ) -> JobImage:
        """Take an image from an ECR repository by its tag, or by its digest (`sha256:...`), which cannot move.

        Args:
            repository: The repository.
            tag: The tag, or the digest.
            architecture: `x86_64` or `arm64`; None for an image that was built for both.
            operating_system: What it was built for; Windows runs on Fargate only.

        Raises:
            ConfigurationError: The text is neither a tag nor a digest, or the architecture or the system is unknown.
                Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
        """
        problems = Problems("JobImage.from_repository")
        fix = "Use an ecr.Repository, or an ImageRepository."
        if not isinstance(repository, ImageRepository):
            kind = "a repository of ECR"
            problems.extend(
                like_problems("repository", repository, "repository_arn", kind=kind, fix=fix, required=True)
            )
        given: object = tag
        problems.check(
            isinstance(given, str) and (is_token(given) or bool(_TAG.fullmatch(given))),
            field="tag",
            value=tag,
            allowed="a tag (up to 128 letters, digits, _, . and -) or a digest (sha256: and 64 hexadecimal digits)",
            fix="Name one of those that `aws ecr list-images` shows.",
        )
        built_for, system = built(architecture, operating_system, problems)
        problems.raise_if_any()
        if isinstance(repository, ImageRepository):
            repository = repository.repository
        digest = tag.startswith("sha256:")
        uri = repository.repository_uri_for_digest(tag) if digest else repository.repository_uri_for_tag(tag)
        return cls(uri=uri, architecture=built_for, repository=repository, operating_system=system)

    @classmethod
    def from_registry(
        cls,
        name: str,
        *,
        architecture: Architecture | str | None = Architecture.X86_64,
        operating_system: OperatingSystem | str = OperatingSystem.LINUX,
        credentials: secretsmanager.ISecret | None = None,
    ) -> JobImage:
        """Take an image from a registry, for example `public.ecr.aws/docker/library/python:3.13-slim`.

        The network must have a way to the registry: `Egress.NAT` or `Egress.PUBLIC`.

        Args:
            name: Registry, repository and tag or digest.
            architecture: `x86_64` or `arm64`; None for an image that was built for both.
            operating_system: What it was built for; Windows runs on Fargate only.
            credentials: For a private registry, a secret of the form `{"username": "...", "password": "..."}`. The
                execution role may read it.
                Source: https://docs.aws.amazon.com/batch/latest/userguide/private-registry.html

        Raises:
            ConfigurationError: The name is empty, longer than 255 characters or holds a character that no image name
                has, or the architecture or the system is unknown, or the credentials are no secret.
                Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html
        """
        problems = Problems("JobImage.from_registry")
        given: object = name
        problems.check(
            isinstance(given, str) and (is_token(given) or (len(given) <= _MAX_URI and bool(_NAME.fullmatch(given)))),
            field="name",
            value=name,
            allowed=f"1 to {_MAX_URI} letters, digits and -_:./#@",
            fix="Name registry, repository and tag, without https://.",
        )
        built_for, system = built(architecture, operating_system, problems)
        fix = "Use a secretsmanager.Secret; never put the password here."
        problems.extend(like_problems("credentials", credentials, "secret_arn", kind="a secret", fix=fix))
        problems.raise_if_any()
        return cls(uri=name, architecture=built_for, credentials=credentials, operating_system=system)

    def grant_pull(self, grantee: iam.IGrantable) -> iam.Grant | None:
        """Allow pulling the image, or reading the credentials for it; None where everybody may pull it."""
        if self.repository is not None:
            return self.repository.grant_pull(grantee)
        if self.cache is not None:
            return self.cache.grant_pull(grantee)
        return grant_read_secret(self.credentials, grantee) if self.credentials else None


def built(
    architecture: Architecture | str | None, operating_system: OperatingSystem | str, problems: Problems
) -> tuple[Architecture | None, OperatingSystem]:
    """Read what an image was built for, noting what is unknown or does not exist together."""
    systems = tuple(OperatingSystem)
    problems.check(
        operating_system in systems,
        field="operating_system",
        value=operating_system,
        allowed=", ".join(systems),
        fix="Leave it out for Linux.",
    )
    system = OperatingSystem(operating_system) if operating_system in systems else OperatingSystem.LINUX
    of_one = None if architecture is None else single_architecture(architecture, problems)
    if system.is_windows:
        problems.extend(windows_architecture_problems("several" if of_one is None else of_one.value))
    return of_one, system


def single_architecture(value: Architecture | str, problems: Problems) -> Architecture:
    """Read one architecture, noting one that is unknown."""
    known = tuple(Architecture)
    problems.check(
        value in known,
        field="architecture",
        value=value,
        allowed=" or ".join(known),
        fix="Use arm64 for Graviton, x86_64 for the rest.",
    )
    return Architecture(value) if value in known else Architecture.X86_64


def _platform(architecture: Architecture) -> assets.Platform:
    return assets.Platform.LINUX_ARM64 if architecture is Architecture.ARM64 else assets.Platform.LINUX_AMD64
