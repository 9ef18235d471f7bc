"""Credentials of private registries, for all jobs of the hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.hosts.part import Contribution, HostAccess, Stage
from batchwright.hosts.sections import section
from batchwright.model.arguments import like_item_problems
from batchwright.secret_access import grant_read_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_secretsmanager as secretsmanager
    from constructs import Construct

    from batchwright.model import Problem

_CLAIM: Final = "the ECS agent's registry credentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryLogin:
    """Logs the ECS agent of each host in to private registries, with secrets that the host reads when it starts.

    Every job of the hosts may pull with them. A job definition's own registry credentials concern that job alone, and
    are the better choice where they do; this is for images that many job definitions share. Hosts that run keep what
    they have read: a rotated secret reaches new hosts.

    Attributes:
        secrets: Secrets in Secrets Manager, each JSON with `username`, `password` and, unless it is Docker Hub,
            `registry_url`, such as `registry.example.com`. Templates and user data hold only their ARNs.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth-container-instances.html
    """

    secrets: Sequence[secretsmanager.ISecret]

    def problems(self) -> Sequence[Problem]:
        """Find what is no list of secrets."""
        fix = "Use [secretsmanager.Secret.from_secret_name_v2(self, 'Registry', 'registry/login')]."
        return like_item_problems("secrets", self.secrets, "secret_arn", kind="a secret", fix=fix, least=1)

    def contribution(self, scope: Construct) -> Contribution:  # noqa: ARG002
        """Add the script that reads the secrets."""
        ids = " ".join(secret.secret_arn for secret in self.secrets)
        return Contribution(
            sections=[section("registry-login", {"SECRET_IDS": ids}, stage=Stage.AGENT)],
            claims=[_CLAIM],
        )

    def permit(self, access: HostAccess) -> None:
        """Let the hosts read the secrets, and decrypt them where they have a key of their own."""
        for secret in self.secrets:
            grant_read_secret(secret, access.role)
