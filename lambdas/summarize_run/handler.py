"""Lambda function: read what the children of a run report and write one summary.

Event: `{"manifest": "s3://bucket/manifests/<run_id>/manifest.json", ...}`, what the splitting function returned; other
fields are ignored.

Writes `summaries/<run_id>.json` into the manifest's bucket and returns its content with `"summary"`, its address.
`complete` is false, and `missing_reports` names the indexes, where children left no report: they failed, or still run.
`seconds` is the time from the first child's beginning to the last one's end, `child_seconds` the sum over the children.

`missing_reports` and `children_with_failed_images` hold at most 10,000 numbers each, so that the result stays below the
256 KiB that Step Functions passes on.

Raises InvalidManifest, by whose name a state machine can catch it.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from run_summary import InvalidManifest, summarize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_s3 import S3Client

READERS = 16
"""Reports read at once: 10,000 of them take seconds instead of minutes."""


@cache
def _client() -> S3Client:
    """One client for all invocations of this environment, as Lambda advises."""
    return boto3.client("s3", config=Config(max_pool_connections=READERS))


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Entry point of the function; see the module."""
    return summarize_run(event, s3=_client())


def summarize_run(event: Mapping[str, Any], *, s3: S3Client) -> dict[str, Any]:
    """Do what the module says.

    Raises:
        InvalidManifest: the event names no manifest.
    """
    bucket, key = _address(event.get("manifest"))
    manifest = _manifest(bucket, key, s3=s3)
    home, prefix = _address(manifest["reports"])
    names = [name for name in _listed(home, prefix, s3=s3) if _index(name) is not None]
    with ThreadPoolExecutor(READERS) as pool:
        read = pool.map(lambda name: _json(home, name, s3=s3), names)
        reports = {report["index"]: report for report in read}
    summary = summarize(manifest, reports)
    written = f"summaries/{manifest['run_id']}.json"
    content = (json.dumps(summary, indent=2) + "\n").encode()
    s3.put_object(Bucket=bucket, Key=written, Body=content, ContentType="application/json")
    return {**summary, "summary": f"s3://{bucket}/{written}"}


def _manifest(bucket: str, key: str, *, s3: S3Client) -> dict[str, Any]:
    address = f"s3://{bucket}/{key}"
    try:
        manifest = _json(bucket, key, s3=s3)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in {"NoSuchKey", "NoSuchBucket"}:
            raise
        message = f"manifest is {address}, which does not exist ({code}); fix: pass what the splitting function returns"
        raise InvalidManifest(message) from error
    except ValueError as error:
        message = f"manifest is {address}, which is no JSON ({error}); fix: start the run again"
        raise InvalidManifest(message) from error
    needed = {"format", "run_id", "images", "images_sha256", "size", "reports", "failed"}
    if not isinstance(manifest, dict) or manifest.get("format") != 1 or not needed <= manifest.keys():
        message = f"manifest is {address}, which is no manifest of format 1; fix: start the run again"
        raise InvalidManifest(message)
    found: dict[str, Any] = manifest
    return found


def _address(value: object) -> tuple[str, str]:
    if isinstance(value, str) and value.startswith("s3://"):
        bucket, _, key = value.removeprefix("s3://").partition("/")
        if bucket and key:
            return bucket, key
    message = f"manifest is {value!r}; allowed: s3://bucket/key; fix: pass what the splitting function returns"
    raise InvalidManifest(message)


def _listed(bucket: str, prefix: str, *, s3: S3Client) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            yield item["Key"]


def _index(key: str) -> int | None:
    name, _, suffix = key.rpartition("/")[2].partition(".")
    return int(name) if suffix == "json" and name.isascii() and name.isdigit() else None


def _json(bucket: str, key: str, *, s3: S3Client) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
