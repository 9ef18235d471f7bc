"""Names of Batch's resources and jobs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_NAME_LENGTH: Final = 128
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_JOB_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_SHARE: Final = re.compile(r"[A-Za-z0-9]{1,255}")


def name_problems(name: str, *, field: str) -> Sequence[Problem]:
    """Find what is wrong with the name of a job definition, queue, environment, policy or consumable resource.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html (jobDefinitionName)
    """
    if _NAME.fullmatch(name):
        return []
    allowed = f"1 to {MAX_NAME_LENGTH} letters, digits, - and _"
    cleaned = _cleaned(name)
    return [
        Problem(field, name, allowed, f"Use {cleaned!r}." if cleaned else "Leave it out; CloudFormation makes one.")
    ]


def job_name_problems(name: str, *, field: str = "job_name") -> Sequence[Problem]:
    """Find what is wrong with the name of a submitted job.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html (jobName)
    """
    if _JOB_NAME.fullmatch(name):
        return []
    allowed = f"1 to {MAX_NAME_LENGTH} letters, digits, - and _, beginning with a letter or a digit"
    return [Problem(field, name, allowed, f"Use {cleaned_name(name)!r}.")]


def share_identifier_problems(share: str, *, field: str = "share_identifier") -> Sequence[Problem]:
    """Find what is wrong with the share that a job is submitted to.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html (shareIdentifier)
    """
    if _SHARE.fullmatch(share):
        return []
    return [Problem(field, share, "1 to 255 letters and digits", "Take the other characters out.")]


def cleaned_name(name: str) -> str:
    """Make a job's name out of any text; `job` where nothing is left of it."""
    return _cleaned(name) or "job"


def _cleaned(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_")[:MAX_NAME_LENGTH]
