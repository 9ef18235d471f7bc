"""Tags of Batch's resources and jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html
MAX_TAGS: Final = 50


def tag_count_problems(count: int, *, field: str = "tags") -> Sequence[Problem]:
    """Find more tags than a resource or a job may have."""
    if count <= MAX_TAGS:
        return []
    return [Problem(field, f"{count} tags", f"{MAX_TAGS} tags at most", "Take some away.")]


def propagated_tag_count_problems(count: int) -> Sequence[Problem]:
    """Find more tags than a task may get from its job and its definition together; tags of one name count once.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html (propagateTags)
    """
    if count <= MAX_TAGS:
        return []
    allowed = f"{MAX_TAGS} tags of job and definition together; the job fails with more"
    return [Problem("tags", f"{count} propagated tags", allowed, "Take some away, or do not propagate tags.")]
