"""The reviewed findings of everything synthesized here: those of the stacks, and what only tests and examples have."""

from __future__ import annotations

from typing import Final

from stacks.nag import REVIEWED, Reviewed

REASONS: Final = (
    *REVIEWED,
    Reviewed(
        r"IAM4\[Policy::arn:.*:iam::aws:policy/service-role/AmazonEC2SpotFleetTaggingRole\]",
        "What a Spot Fleet may do; AWS names this policy for the BEST_FIT strategy on Spot.",
    ),
    Reviewed(r"S1", "Buckets of samples and examples keep no access logs: one bucket shows enough there."),
    Reviewed(
        r"IAM5\[Resource::arn:.*:repository/[^*]+/\*\]",
        "Repositories below the prefix of one pull-through cache: each new image makes one.",
    ),
)
