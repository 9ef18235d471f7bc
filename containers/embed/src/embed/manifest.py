"""The manifest of a run, and the part of the list of images that belongs to this child.

A run has one list of images (one JSON string a line: the key; JSON because a key may hold a line break) and one
manifest, which says at which byte each child's part begins. A child reads the manifest and, with a range request, its
own part of the list: two requests, however many images the run has.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from embed.errors import EmbedError
from embed.exit_code import ExitCode
from embed.objects import S3Uri

if TYPE_CHECKING:
    from embed.objects import Objects

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one run works on.

    Attributes:
        uri: Where the manifest was read.
        run_id: Name of the run.
        bucket: Bucket of the images.
        images: The list of images.
        images_sha256: Digest of that list; reports repeat it, so that one of an earlier run cannot pass for this one's.
        offsets: Byte at which each child's part begins, and the length of the list as last number.
        reports: Prefix of the children's reports, as an address that ends with a slash.
        failed: Prefix of the lists of unreadable images, likewise.
    """

    uri: S3Uri
    run_id: str
    bucket: str
    images: S3Uri
    images_sha256: str
    offsets: tuple[int, ...]
    reports: str
    failed: str

    @property
    def size(self) -> int:
        """How many children the run has."""
        return len(self.offsets) - 1

    @classmethod
    def read(cls, uri: S3Uri, *, objects: Objects) -> Manifest:
        """Read and check a manifest.

        Raises:
            EmbedError: it is missing, may not be read, or is no manifest.
        """
        content = objects.read(uri, missing=ExitCode.MANIFEST_MISSING)
        try:
            return _parse(uri, json.loads(content))
        except (ValueError, TypeError, KeyError) as error:
            problem = f"{type(error).__name__}: {error}"
            raise _invalid(f"{uri} is no manifest of format {FORMAT} ({problem})") from error

    def part(self, index: int, *, objects: Objects) -> tuple[S3Uri, ...]:
        """Read the images of child `index`, each once, in the order of the list.

        Raises:
            EmbedError: there is no such child, or the list is missing or is not the one the manifest was made for.
        """
        if index >= self.size:
            raise EmbedError(
                ExitCode.MANIFEST_INVALID,
                f"{self.uri} has {self.size} lists, none with the index {index}",
                fix=f"submit an array job of size {self.size}, or a single job where that is 1",
            )
        span = self.offsets[index], self.offsets[index + 1]
        content = objects.read(self.images, missing=ExitCode.MANIFEST_MISSING, span=span)
        try:
            keys = [json.loads(line) for line in content.splitlines(keepends=True)]
        except ValueError as error:
            raise _invalid(f"{self.images} is not the list that {self.uri} was made for ({error})") from error
        if not keys or not content.endswith(b"\n") or not all(isinstance(key, str) and key for key in keys):
            raise _invalid(f"{self.images} is not the list that {self.uri} was made for")
        return tuple(S3Uri(self.bucket, key) for key in dict.fromkeys(keys))


def _invalid(what: str) -> EmbedError:
    return EmbedError(ExitCode.MANIFEST_INVALID, what, fix="start the run again, so that both are written anew")


def _parse(uri: S3Uri, fields: Any) -> Manifest:  # noqa: ANN401 - any JSON
    if fields["format"] != FORMAT:
        message = f"format is {fields['format']!r}"
        raise ValueError(message)
    offsets = tuple(fields["offsets"])
    ascending = all(isinstance(one, int) and one < two for one, two in pairwise(offsets))
    if len(offsets) < 2 or offsets[0] != 0 or not ascending:
        message = "offsets do not ascend from 0"
        raise ValueError(message)
    for name in ("reports", "failed"):
        S3Uri.parse(fields[name])
    return Manifest(
        uri=uri,
        run_id=str(fields["run_id"]),
        bucket=str(fields["bucket"]),
        images=S3Uri.parse(fields["images_uri"]),
        images_sha256=str(fields["images_sha256"]),
        offsets=offsets,
        reports=fields["reports"],
        failed=fields["failed"],
    )
