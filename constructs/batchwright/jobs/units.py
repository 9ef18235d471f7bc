"""Checks of a job's times and sizes that may be known only at deployment."""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from aws_cdk import Size, SizeRoundingBehavior

from batchwright.model import Platform, Problem, timeouts
from batchwright.model.definition_size import definition_size_problems
from batchwright.model.storage import ephemeral_storage_on_ec2_problems, ephemeral_storage_problems
from batchwright.tokens import is_token, mebibytes, open_unit_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aws_cdk import Duration


def size_of(field: str, size: object, *, fix: str) -> tuple[int | None, list[Problem]]:
    """Read a size in MiB, with what is wrong with it; None when it is left out, wrong, or open until deployment."""
    if size is None:
        return None, []
    if not isinstance(size, Size):
        return None, [Problem(field, size, "a Size", fix)]
    mib = mebibytes(size)
    return mib, [*memory_unit_problems(size, mib, field=field)]


def ephemeral_problems(size: Size | None, platform: Platform, *, field: str = "ephemeral_storage") -> Sequence[Problem]:
    """Find a disk that Fargate does not give, or one on hosts, whose disk is the launch template's business."""
    if size is None:
        return []
    if platform is not Platform.FARGATE:
        return ephemeral_storage_on_ec2_problems()
    if not size.is_unresolved():
        gibibytes = size.to_gibibytes(rounding=SizeRoundingBehavior.NONE)
        return ephemeral_storage_problems(gibibytes, field=field)
    if _is_in(size, "gibibytes"):
        return []
    fix = "Use Size.gibibytes(parameter.value_as_number)."
    return [Problem(field, "a parameter in another unit", "parameters in GiB", fix)]


def payload_problems(texts: Iterable[str]) -> Sequence[Problem]:
    """Find texts that alone are more than a job definition may hold; what is open counts as nothing."""
    return definition_size_problems(
        sum(len(encode_basestring(text).encode(errors="replace")) for text in texts if not is_token(text))
    )


def timeout_problems(timeout: Duration, limit: float | None) -> Sequence[Problem]:
    """Find what is wrong with the time that an attempt may take; `limit` is its seconds, as far as they are known."""
    return open_unit_problems("timeout", timeout) if limit is None else timeouts.timeout_problems(limit)


def memory_unit_problems(memory: Size, memory_mib: int | None, *, field: str = "memory") -> Sequence[Problem]:
    """Find a CloudFormation parameter in another unit than the template's, which nothing can convert."""
    if memory_mib is not None or _is_in(memory, "mebibytes"):
        return []
    fix = "Use Size.mebibytes(parameter.value_as_number)."
    return [Problem(field, "a parameter in another unit", "parameters in MiB", fix)]


def _is_in(size: Size, unit: str) -> bool:
    try:
        size.to_mebibytes() if unit == "mebibytes" else size.to_gibibytes()
    except RuntimeError:  # what the CDK raises when it cannot convert
        return False
    return True
