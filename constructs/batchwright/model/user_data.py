"""What Batch takes as user data of its hosts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
MAX_BYTES: Final = 16_384
_MULTIPART: Final = re.compile(r"^content-type:\s*multipart/[a-z]+(?P<rest>[^\n]*(?:\n[ \t]+[^\n]*)*)", re.I | re.M)
_BOUNDARY: Final = re.compile(r"boundary\s*=\s*(?:\"(?P<quoted>[^\"\n]*)\"|(?P<plain>[^\s;\"]+))", re.I)
# How the forms begin that EC2 takes and Batch does not.
_OTHER_FORMS: Final = ("#!", "#cloud-", "#include", "#part-handler", "#upstart-job", "<powershell>", "<script>")


def mime_problems(user_data: str, *, own_image: bool = False) -> Sequence[Problem]:
    """Find user data that is not one MIME multi-part text, with which Batch makes the environment INVALID.

    Args:
        user_data: The user data, decoded.
        own_image: Whether the hosts have an image of the user's own, whose user data may be of a form of its own; then
            only scripts and cloud-config are judged.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/launch-templates.html
    """
    text = user_data.strip().replace("\r\n", "\n")
    if not text:
        return []
    header = _MULTIPART.search(text.partition("\n\n")[0])
    if header is None:
        if own_image and not text.startswith(_OTHER_FORMS):
            return []
        fix = (
            "Begin it with 'MIME-Version: 1.0' and 'Content-Type: multipart/mixed; boundary=\"==B==\"'; see the source."
        )
        return [Problem("user_data", _first_line(text), "MIME multi-part text", fix)]
    return _boundary_problems(header["rest"], text)


def user_data_size_problems(user_data: str) -> Sequence[Problem]:
    """Find user data that EC2 refuses for its length."""
    size = len(user_data.encode("utf-8", "replace"))
    if size <= MAX_BYTES:
        return []
    fix = "Download the larger part from S3 when the host starts."
    return [Problem("user_data", f"{size:,} bytes", f"up to {MAX_BYTES:,} bytes before encoding", fix)]


def part_size_problems(total: int, sizes: Mapping[str, int]) -> Sequence[Problem]:
    """Find user data that is too long, and say what each of its parts adds.

    Args:
        total: Bytes of the whole, before encoding.
        sizes: Bytes by part.
    """
    if total <= MAX_BYTES:
        return []
    each = ", ".join(f"{name} {size:,}" for name, size in sorted(sizes.items(), key=lambda pair: -pair[1]))
    allowed = f"up to {MAX_BYTES:,} bytes of user data"
    return [Problem("parts", f"{total:,} bytes ({each})", allowed, "Leave a part out, or bring it with the image.")]


def _boundary_problems(rest: str, text: str) -> Sequence[Problem]:
    found = _BOUNDARY.search(rest)
    boundary = "" if found is None else found["quoted"] if found["plain"] is None else found["plain"]
    if boundary and f"\n--{boundary}" in text:
        return []
    value = f"boundary {boundary!r} that no part begins with" if boundary else "no boundary"
    fix = "Name the boundary in Content-Type, and begin each part with '--' and the boundary."
    return [Problem("user_data", value, "MIME multi-part text with its boundary before each part", fix)]


def _first_line(text: str) -> str:
    line = text.splitlines()[0]
    return f"{line[:60]}..." if len(line) > 60 else line
