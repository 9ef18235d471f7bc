"""How large a job definition may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

# Source: https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
MAX_DEFINITION_BYTES: Final = 24 * 1024


def definition_size_problems(size: int) -> Sequence[Problem]:
    """Find a job definition that is too large; `size` is what is known of it, in bytes of JSON."""
    if size <= MAX_DEFINITION_BYTES:
        return []
    fix = "Put long commands, environment variables and parameters into the image, S3 or Parameter Store."
    return [Problem("job definition", f"{size:,} bytes", f"up to {MAX_DEFINITION_BYTES:,} bytes as JSON", fix)]
