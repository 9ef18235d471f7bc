"""The network's file: from S3, from a path, or from the image; used only when its digest is the expected one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embed.errors import EmbedError
from embed.exit_code import ExitCode
from embed.objects import S3Uri

if TYPE_CHECKING:
    from embed.objects import Objects


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A network's file and the SHA-256 that it was checked against, in hexadecimal."""

    content: bytes
    sha256: str

    @classmethod
    def read(cls, source: str, *, sha256: str | None, objects: Objects) -> ModelFile:
        """Read a file and check its digest.

        Args:
            source: `s3://bucket/key` or a path.
            sha256: The expected digest; None takes it from the file `<source>.sha256` beside it, which only the
                network in the image has.
            objects: Where `s3://` is read.

        Raises:
            EmbedError: the file is missing or is not the expected one.
        """
        content = _content(source, objects=objects)
        expected = sha256 if sha256 is not None else _digest_beside(Path(source))
        found = hashlib.sha256(content).hexdigest()
        if found != expected:
            raise EmbedError(
                ExitCode.MODEL_DIGEST,
                f"the network {source} has the SHA-256 {found}, expected is {expected}",
                fix="set MODEL_SHA256 to the digest of the network you mean (sha256sum FILE), or MODEL_URI to that one",
            )
        return cls(content, found)


def _content(source: str, *, objects: Objects) -> bytes:
    if source.startswith("s3://"):
        return objects.read(S3Uri.parse(source), missing=ExitCode.MODEL_MISSING)
    return _file(Path(source))


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        fix = "set MODEL_URI to s3://bucket/key or to a file inside the container"
        raise EmbedError(ExitCode.MODEL_MISSING, f"{path} cannot be read ({error.strerror})", fix=fix) from error


def _digest_beside(path: Path) -> str:
    return _file(path.with_name(path.name + ".sha256")).decode("ascii", "replace").split(" ")[0].strip()
