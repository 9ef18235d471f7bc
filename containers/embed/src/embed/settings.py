"""What the environment says, checked as a whole before anything is done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from embed.cores import usable_cores
from embed.errors import EmbedError
from embed.exit_code import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

SHIPPED_MODEL = Path(__file__).resolve().parents[2] / "model" / "embedding-512.onnx"

VARIABLES = """\
MANIFEST_URI               s3://bucket/key of the manifest (required)
TABLE_NAME                 DynamoDB table with the string key ImageId (required)
AWS_REGION                 region of the bucket and the table (required; AWS_DEFAULT_REGION will do)
MODEL_URI                  s3://bucket/key or path of an ONNX network (default: the one in the image)
MODEL_SHA256               its SHA-256, 64 hexadecimal digits (required with MODEL_URI)
BATCH_SIZE                 images per inference, 1 to 1024 (default 16)
VCPUS                      cores this job may use, 1 to 1024 (default: what affinity and cgroup allow)
DECODE_THREADS             1 to 1024 (default: VCPUS)
DOWNLOAD_THREADS           1 to 256 (default 16: S3 answers in tens of milliseconds)
MAX_IMAGE_BYTES            larger objects are listed as failed (default 67108864)
MAX_IMAGE_PIXELS           larger images are listed as failed (default 100000000)
AWS_MAX_ATTEMPTS           tries of one call to AWS, 1 to 100 (default 5)
AWS_BATCH_JOB_ARRAY_INDEX  set by AWS Batch; absent means 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The program's environment. See VARIABLES for names, ranges and defaults.

    Attributes:
        model_sha256: None for the network in the image, whose digest lies beside it.
        index: Which list of the manifest is this child's.
        job: AWS_BATCH_JOB_ID, or "local" outside AWS Batch; the report names it.
        attempt: AWS_BATCH_JOB_ATTEMPT, from 1.
    """

    manifest_uri: str
    table_name: str
    region: str
    model_uri: str
    model_sha256: str | None
    batch_size: int
    vcpus: int
    decode_threads: int
    download_threads: int
    max_image_bytes: int
    max_image_pixels: int
    max_attempts: int
    index: int
    job: str
    attempt: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read and check all variables.

        Raises:
            EmbedError: names every variable that is missing or wrong, at once.
        """
        reader = _Reader(environment)
        vcpus = reader.number("VCPUS", default=usable_cores(), least=1, most=1024)
        model_uri = reader.text("MODEL_URI", allowed=r"s3://[^/]+/.+|(?!\w+://).+", example="s3://bucket/net.onnx")
        settings = cls(
            manifest_uri=reader.required("MANIFEST_URI", allowed=r"s3://[^/]+/.+", example="s3://bucket/manifest.json"),
            table_name=reader.required("TABLE_NAME", allowed=r".+", example="embeddings"),
            region=reader.region(),
            model_uri=model_uri or str(SHIPPED_MODEL),
            model_sha256=reader.digest(needed=model_uri is not None),
            batch_size=reader.number("BATCH_SIZE", default=16, least=1, most=1024),
            vcpus=vcpus,
            decode_threads=reader.number("DECODE_THREADS", default=vcpus, least=1, most=1024),
            download_threads=reader.number("DOWNLOAD_THREADS", default=16, least=1, most=256),
            max_image_bytes=reader.number("MAX_IMAGE_BYTES", default=64 << 20, least=1, most=1 << 40),
            max_image_pixels=reader.number("MAX_IMAGE_PIXELS", default=100_000_000, least=1, most=1 << 40),
            max_attempts=reader.number("AWS_MAX_ATTEMPTS", default=5, least=1, most=100),
            index=reader.number("AWS_BATCH_JOB_ARRAY_INDEX", default=0, least=0, most=9_999),
            job=environment.get("AWS_BATCH_JOB_ID") or "local",
            attempt=reader.number("AWS_BATCH_JOB_ATTEMPT", default=1, least=1, most=1_000),
        )
        reader.check()
        return settings


class _Reader:
    """Reads variables and gathers what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._problems: list[str] = []

    def text(self, name: str, *, allowed: str, example: str) -> str | None:
        value = self._environment.get(name, "").strip()
        if not value:
            return None
        if not re.fullmatch(allowed, value):
            self._problems.append(f"{name} is {value!r} and must look like {example}")
        return value

    def required(self, name: str, *, allowed: str, example: str) -> str:
        value = self.text(name, allowed=allowed, example=example)
        if value is None:
            self._problems.append(f"{name} is not set (example: {example})")
        return value or ""

    def number(self, name: str, *, default: int, least: int, most: int) -> int:
        value = self._environment.get(name, "").strip()
        if not value:
            return default
        if value.isascii() and value.isdigit() and least <= int(value) <= most:
            return int(value)
        self._problems.append(f"{name} is {value!r} and must be a whole number from {least} to {most}")
        return default

    def region(self) -> str:
        region = self._environment.get("AWS_REGION") or self._environment.get("AWS_DEFAULT_REGION")
        if not region:
            self._problems.append("neither AWS_REGION nor AWS_DEFAULT_REGION is set (example: us-east-1)")
        return region or ""

    def digest(self, *, needed: bool) -> str | None:
        value = self.text("MODEL_SHA256", allowed=r"[0-9a-fA-F]{64}", example="64 hexadecimal digits (sha256sum FILE)")
        if value is None and needed:
            self._problems.append("MODEL_URI is set without MODEL_SHA256 (sha256sum FILE prints it)")
        return value.lower() if value else None

    def check(self) -> None:
        if self._problems:
            what = "; ".join(self._problems)
            raise EmbedError(ExitCode.SETTINGS, what, fix="set these variables in the job definition or at submission")
