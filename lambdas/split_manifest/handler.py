"""Lambda function: write the manifest of a run, the lists of images that the children of an array job take.

Event, one of:

- a request: `{"prefixes": ["images/"], "images_per_job": 100, "run_id": "monday"}`; only `prefixes` is needed;
- the upload of an object `requests/<name>.json` that holds a request: EventBridge's "Object Created" event, or what an
  S3 trigger makes of it, `{"bucket": ..., "key": ...}`;
- `{"request": <one of the above>, "execution": "<name>"}`, as a state machine sends it.

The run is named by `run_id`, else by the request object's name, else by the execution, else by a digest of the
request. The name never depends on the time: a retry writes the same objects again.

Environment: BUCKET (images, requests and manifests), IMAGES_PER_JOB (default 100).

Writes two objects, however many images there are: `manifests/<run_id>/images.jsonl`, all keys, and then
`manifests/<run_id>/manifest.json`, which says where in it each child's part begins. A million images take about
60 MB of list: give the function 1,024 MB then, and some five minutes (1,000 keys a call of ListObjectsV2).

Returns `{"run_id", "manifest", "size", "images", "images_per_job"}`, where `size` is the number of lists: the array
size, or a single job when it is 1.

Raises InvalidRequest or NoImages, by whose names a state machine can catch them.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError
from image_lists import (
    DEFAULT_IMAGES_PER_JOB,
    FORMAT,
    SUFFIXES,
    ImageList,
    NoImages,
    images_per_list,
    is_image,
    outermost,
    split,
)
from run_request import REQUESTS, RunRequest, invalid, parse, uploaded_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_s3 import S3Client


@cache
def _client() -> S3Client:
    """One client for all invocations of this environment, as Lambda advises."""
    return boto3.client("s3")


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Entry point of the function; see the module."""
    default = os.environ.get("IMAGES_PER_JOB") or str(DEFAULT_IMAGES_PER_JOB)
    if not default.isdecimal() or int(default) < 1:
        raise invalid("IMAGES_PER_JOB", default, allowed="a whole number from 1", fix="correct the function's variable")
    bucket = os.environ["BUCKET"]
    return split_manifest(event, s3=_client(), bucket=bucket, default_images_per_job=int(default))


def split_manifest(
    event: Mapping[str, Any], *, s3: S3Client, bucket: str, default_images_per_job: int = DEFAULT_IMAGES_PER_JOB
) -> dict[str, Any]:
    """Do what the module says.

    Raises:
        InvalidRequest: the event, or the request object, is wrong.
        NoImages: nothing to do.
    """
    request = _request(event, s3=s3, bucket=bucket)
    keys = _images(request, s3=s3, bucket=bucket)
    images_per_job = images_per_list(len(keys), request.images_per_job, default=default_images_per_job)
    images = split(keys, images_per_job=images_per_job)
    folder = f"manifests/{request.run_id}/"
    listed = folder + "images.jsonl"
    s3.put_object(Bucket=bucket, Key=listed, Body=images.content, ContentType="application/x-ndjson")
    manifest = _manifest(request, images, bucket=bucket, listed=listed, count=len(keys), images_per_job=images_per_job)
    content = (json.dumps(manifest) + "\n").encode()
    s3.put_object(Bucket=bucket, Key=folder + "manifest.json", Body=content, ContentType="application/json")
    return {
        "run_id": request.run_id,
        "manifest": f"s3://{bucket}/{folder}manifest.json",
        "size": images.size,
        "images": len(keys),
        "images_per_job": images_per_job,
    }


def _manifest(
    request: RunRequest, images: ImageList, *, bucket: str, listed: str, count: int, images_per_job: int
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "run_id": request.run_id,
        "bucket": bucket,
        "prefixes": list(request.prefixes),
        "images": count,
        "images_per_job": images_per_job,
        "size": images.size,
        "images_uri": f"s3://{bucket}/{listed}",
        "images_sha256": images.sha256,
        "reports": f"s3://{bucket}/reports/{request.run_id}/",
        "failed": f"s3://{bucket}/failed/{request.run_id}/",
        "offsets": list(images.offsets),
    }


def _request(event: Mapping[str, Any], *, s3: S3Client, bucket: str) -> RunRequest:
    execution = None
    inner: Any = event
    if "request" in event:
        execution, inner = event.get("execution"), event["request"]
    if execution is not None and not isinstance(execution, str):
        raise invalid("execution", execution, allowed="the execution's name", fix="pass $$.Execution.Name")
    key = uploaded_request(inner, bucket=bucket) if isinstance(inner, dict) else None
    if key is None:
        return parse(inner, name=execution)
    name = key.removeprefix(REQUESTS).removesuffix(".json")
    return parse(_uploaded(key, s3=s3, bucket=bucket), name=name)


def _uploaded(key: str, *, s3: S3Client, bucket: str) -> Any:  # noqa: ANN401 - any JSON
    address = f"s3://{bucket}/{key}"
    try:
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        raise invalid("the request object", address, allowed="an existing object", fix="upload it again") from error
    try:
        return json.loads(content)
    except ValueError as error:
        fix = f"upload valid JSON ({error})"
        raise invalid("the request object", address, allowed="a JSON object", fix=fix) from error


def _images(request: RunRequest, *, s3: S3Client, bucket: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2")
    keys = {
        item["Key"]
        for prefix in outermost(request.prefixes)
        for page in pages.paginate(Bucket=bucket, Prefix=prefix)
        for item in page.get("Contents", [])
        if is_image(item["Key"])
    }
    if not keys:
        message = (
            f"prefixes is {json.dumps(list(request.prefixes))}: no key in the bucket {bucket} begins so and ends in "
            f"{', '.join(SUFFIXES)}; fix: upload images there, or correct the prefixes (keys begin without a slash)"
        )
        raise NoImages(message)
    return sorted(keys)
