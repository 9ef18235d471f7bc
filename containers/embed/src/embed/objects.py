"""Objects in S3: whole, in part, and as images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from embed.aws import MISSING, error_code, explain
from embed.errors import EmbedError, UnreadableImageError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from embed.exit_code import ExitCode

# boto3 repeats a request whose answer did not begin, not one that broke off in the middle.
_BROKEN = (ReadTimeoutError, ResponseStreamingError, IncompleteReadError, ConnectionClosedError, HTTPClientError)
_READS = 3


@dataclass(frozen=True, slots=True)
class S3Uri:
    """`s3://bucket/key`, taken apart."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, text: str) -> S3Uri:
        """Take an address apart.

        Raises:
            ValueError: it is no `s3://bucket/key`.
        """
        bucket, _, key = text.removeprefix("s3://").partition("/")
        if not text.startswith("s3://") or not bucket or not key:
            message = f"{text!r} does not look like s3://bucket/key"
            raise ValueError(message)
        return cls(bucket, key)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True)
class ImageFile:
    """The bytes of an image as stored, and the ETag of that version without its quotes."""

    content: bytes
    etag: str


class Objects:
    """Reads and writes S3 objects. Safe for several threads."""

    def __init__(self, client: S3Client) -> None:
        self._client = client

    def read(self, uri: S3Uri, *, missing: ExitCode, span: tuple[int, int] | None = None) -> bytes:
        """Read an object the job cannot do without.

        Args:
            uri: The object.
            missing: The exit code when it is not there.
            span: First byte, and the one after the last; None for all.

        Raises:
            EmbedError: the object is missing or cannot be read.
        """
        try:
            return self._get(uri, span=span).content
        except (BotoCoreError, ClientError) as error:
            if error_code(error) in MISSING:
                fix = "check the address, and that what writes it has finished"
                raise EmbedError(missing, f"{uri} does not exist ({error_code(error)})", fix=fix) from error
            raise explain(error, doing=f"reading {uri}") from error

    def read_image(self, uri: S3Uri, *, most: int) -> ImageFile:
        """Read one image of up to `most` bytes.

        Raises:
            UnreadableImageError: the object has gone since it was listed, is archived, or is too large.
            EmbedError: S3 refuses or fails, which concerns the other images too.
        """
        try:
            return self._get(uri, most=most)
        except (BotoCoreError, ClientError) as error:
            code = error_code(error)
            if code in MISSING:
                message = "the object no longer exists"
                raise UnreadableImageError(message) from error
            if code == "InvalidObjectState":
                message = "the object is archived: restore it first"
                raise UnreadableImageError(message) from error
            raise explain(error, doing=f"reading {uri}") from error

    def write(self, uri: S3Uri, content: bytes, *, content_type: str) -> None:
        """Write an object; S3 shows all of it or the one before, never a part.

        Raises:
            EmbedError: S3 refuses or fails.
        """
        try:
            self._client.put_object(Bucket=uri.bucket, Key=uri.key, Body=content, ContentType=content_type)
        except (BotoCoreError, ClientError) as error:
            raise explain(error, doing=f"writing {uri}") from error

    def _get(self, uri: S3Uri, *, span: tuple[int, int] | None = None, most: int | None = None) -> ImageFile:
        for left in reversed(range(_READS)):
            try:
                return self._get_once(uri, span=span, most=most)
            except _BROKEN:
                if not left:
                    raise
        raise AssertionError

    def _get_once(self, uri: S3Uri, *, span: tuple[int, int] | None, most: int | None) -> ImageFile:
        if span is None:
            answer = self._client.get_object(Bucket=uri.bucket, Key=uri.key)
        else:
            answer = self._client.get_object(Bucket=uri.bucket, Key=uri.key, Range=f"bytes={span[0]}-{span[1] - 1}")
        with answer["Body"] as body:
            if most is not None and answer["ContentLength"] > most:
                message = f"{answer['ContentLength']} bytes are more than MAX_IMAGE_BYTES, {most}"
                raise UnreadableImageError(message)
            return ImageFile(body.read(), answer["ETag"].strip('"'))
