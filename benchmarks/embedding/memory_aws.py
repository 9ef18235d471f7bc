"""S3 and DynamoDB in memory: the calls that both sides make, each as slow as it is told to be."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class MemoryAws:
    """Stands for the boto3 clients of both services.

    Attributes:
        items: What was written, by key.
        calls: How many calls were made.
    """

    def __init__(self, objects: Mapping[str, bytes], *, latency: float) -> None:
        """Hold these objects, by key.

        Args:
            objects: The bucket.
            latency: Seconds that each call takes; 0 leaves only what the caller itself needs.
        """
        self._objects, self._latency = objects, latency
        self.items: dict[str, Mapping[str, Any]] = {}
        self.calls = 0

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Answer as S3 does."""
        del Bucket
        self._wait()
        content = self._objects[Key]
        return {"Body": io.BytesIO(content), "ContentLength": len(content), "ETag": '"0"'}

    def put_item(self, *, TableName: str, Item: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Answer as DynamoDB does."""
        del TableName
        self._wait()
        self._put(Item)
        return {}

    def batch_write_item(self, *, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Answer as DynamoDB does."""
        self._wait()
        for requests in RequestItems.values():
            for request in requests:
                self._put(request["PutRequest"]["Item"])
        return {"UnprocessedItems": {}}

    def _put(self, item: Mapping[str, Any]) -> None:
        self.items[item["ImageId"]["S"]] = item

    def _wait(self) -> None:
        self.calls += 1
        if self._latency:
            time.sleep(self._latency)
