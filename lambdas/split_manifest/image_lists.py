"""Which keys are images, and how they are cut into lists. Pure functions."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
"""Ends of keys that are taken for images, in any case."""

MOST_LISTS = 10_000
"""An array job has 2 to 10,000 children (docs: batch/latest/userguide/array_jobs.html)."""

DEFAULT_IMAGES_PER_JOB = 100
FORMAT = 1

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class InvalidRequest(Exception):  # noqa: N818 - the name is what Step Functions catches
    """The request cannot be worked on: names the field, its value, what is allowed and the fix."""


class NoImages(Exception):  # noqa: N818 - as above
    """No image lies below the prefixes."""


@dataclass(frozen=True, slots=True)
class ImageList:
    """All images of a run in one text, cut into parts.

    Attributes:
        content: One JSON string a line (a key may hold a line break), in UTF-8.
        offsets: Byte at which each part begins, and the length of the content.
    """

    content: bytes
    offsets: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of parts."""
        return len(self.offsets) - 1

    @property
    def sha256(self) -> str:
        """Digest of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def is_image(key: str) -> bool:
    """Tell by its end whether a key names an image."""
    return key.lower().endswith(SUFFIXES)


def outermost(prefixes: Iterable[str]) -> list[str]:
    """Drop the prefixes that lie below others, so that no key is listed twice."""
    kept: list[str] = []
    for prefix in sorted(set(prefixes)):
        if not kept or not prefix.startswith(kept[-1]):
            kept.append(prefix)
    return kept


def images_per_list(images: int, asked: int | None, *, default: int = DEFAULT_IMAGES_PER_JOB) -> int:
    """Decide how many images a list holds, so that an array job can take all lists.

    Args:
        images: How many there are.
        asked: What the request wants, or None.
        default: Without a wish: this many, or as many more as the largest array job needs.

    Raises:
        InvalidRequest: `asked` is too small for an array job.
    """
    needed = -(-images // MOST_LISTS)
    if asked is None:
        return max(default, needed)
    if asked < needed:
        lists = -(-images // asked)
        message = (
            f"images_per_job is {asked}, which makes {lists} lists of {images} images; "
            f"allowed are {MOST_LISTS} lists, the most children of an array job; "
            f"fix: set images_per_job to {needed} or more, or leave it out"
        )
        raise InvalidRequest(message)
    return asked


def split(keys: Sequence[str], *, images_per_job: int) -> ImageList:
    """Cut keys into lists of `images_per_job`, the last of which may be shorter."""
    parts = []
    offsets = [0]
    for start in range(0, len(keys), images_per_job):
        lines = (json.dumps(key, ensure_ascii=False) + "\n" for key in keys[start : start + images_per_job])
        part = "".join(lines).encode()
        parts.append(part)
        offsets.append(offsets[-1] + len(part))
    return ImageList(b"".join(parts), tuple(offsets))


def is_run_id(value: str) -> bool:
    """Tell whether a text may name a run: 1 to 80 letters, digits, dots, hyphens and underscores, no mark first."""
    return _RUN_ID.fullmatch(value) is not None


def run_id_from(name: str) -> str:
    """Make a run id from a name that may hold anything; the same name always gives the same id.

    A name that has to be changed gets a piece of its digest, so that two names never become one.
    """
    if is_run_id(name):
        return name
    cleaned = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("._-") or "run"
    return f"{cleaned[:63]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
