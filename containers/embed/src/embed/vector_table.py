"""Vectors into DynamoDB.

One item an image, under its address in S3: the same image always has the same key, so that writing it again replaces
the item and never doubles it. The address, not the bare key, because one table may hold images of several buckets.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from embed.aws import error_code, explain
from embed.errors import EmbedError
from embed.exit_code import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from embed.embedding import Embedding

DATA_TYPE = "float32"
ITEMS_PER_CALL = 25
"""BatchWriteItem takes no more (docs: amazondynamodb/latest/APIReference/API_BatchWriteItem.html)."""

ATTEMPTS = 12
FIRST_WAIT = 0.05
LONGEST_WAIT = 10.0
"""Seconds. With full jitter the attempts spread over half a minute on average: time for on-demand capacity to grow."""

_THROTTLED = frozenset({"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"})


class VectorTable:
    """Writes embeddings as items, one an image; `_item` shows the attributes."""

    def __init__(
        self,
        client: DynamoDBClient,
        *,
        name: str,
        model_sha256: str,
        wait: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Write to the table `name`, whose only key is the string ImageId.

        Args:
            client: DynamoDB.
            name: Of the table, or its ARN.
            model_sha256: Stored with each vector: vectors of two networks cannot be compared.
            wait: Lets a number of seconds pass.
            chance: Gives a number from 0 to 1 for the jitter.
        """
        self._client, self._name, self._digest = client, name, model_sha256
        self._wait, self._chance = wait, chance

    def write(self, embeddings: Sequence[Embedding]) -> None:
        """Write all of them; return when every one is stored.

        Raises:
            EmbedError: the table is missing, refuses, or takes not all of them in ATTEMPTS attempts.
        """
        requests = [{"PutRequest": {"Item": self._item(embedding)}} for embedding in embeddings]
        for start in range(0, len(requests), ITEMS_PER_CALL):
            self._write_all(requests[start : start + ITEMS_PER_CALL])

    def _write_all(self, requests: Sequence[Any]) -> None:
        left = requests
        for attempt in range(ATTEMPTS):
            if attempt:
                self._wait(self._chance() * min(LONGEST_WAIT, FIRST_WAIT * 2**attempt))
            left = self._write_once(left)
            if not left:
                return
        raise EmbedError(
            ExitCode.WRITES_THROTTLED,
            f"the table {self._name} left {len(left)} of {len(requests)} items unwritten in {ATTEMPTS} attempts",
            fix="raise its write capacity or use on-demand capacity, or run fewer children at once; then retry the job",
        )

    def _write_once(self, requests: Sequence[Any]) -> Sequence[Any]:
        try:
            answer = self._client.batch_write_item(RequestItems={self._name: requests})
        except (BotoCoreError, ClientError) as error:
            code = error_code(error)
            if code in _THROTTLED:
                return requests
            raise self._explain(error, code=code) from error
        # Keyed by what was asked for: the table's name or its ARN.
        return [request for left in answer.get("UnprocessedItems", {}).values() for request in left]

    def _explain(self, error: BotoCoreError | ClientError, *, code: str) -> EmbedError:
        if code == "ResourceNotFoundException":
            fix = "check TABLE_NAME and AWS_REGION"
            return EmbedError(ExitCode.TABLE, f"the table {self._name} does not exist", fix=fix)
        if code == "ValidationException":
            fix = "use a table whose only key is the string ImageId"
            return EmbedError(ExitCode.TABLE, f"the table {self._name} refuses the items ({error})", fix=fix)
        return explain(error, doing=f"writing to the table {self._name}")

    def _item(self, embedding: Embedding) -> dict[str, dict[str, Any]]:
        return {
            "ImageId": {"S": embedding.image},
            # Little-endian on every processor; numpy reads it back with dtype "<f4".
            "Vector": {"B": embedding.vector.astype("<f4").tobytes()},
            "DataType": {"S": DATA_TYPE},
            "Dimension": {"N": str(embedding.vector.size)},
            "ModelDigest": {"S": self._digest},
            "Norm": {"N": f"{embedding.norm:.8g}"},
            "Width": {"N": str(embedding.width)},
            "Height": {"N": str(embedding.height)},
            "SourceETag": {"S": embedding.etag},
        }
