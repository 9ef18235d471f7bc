"""Clients for S3 and DynamoDB, and what their errors mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from embed.errors import EmbedError
from embed.exit_code import ExitCode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

DENIED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
MISSING = frozenset({"404", "NoSuchKey", "NoSuchBucket"})


def clients(*, region: str, connections: int, attempts: int) -> tuple[S3Client, DynamoDBClient]:
    """Make the two clients. Both may be used by several threads at once.

    Args:
        region: The region of both services.
        connections: How many connections to S3 may be open at once.
        attempts: How often one call is tried, with growing waits.
    """
    # Not botocore's default of 60 s to connect: a child without a route to S3 should say so, not hang.
    config = Config(
        connect_timeout=5,
        read_timeout=30,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=connections,
    )
    session = boto3.session.Session(region_name=region)
    return session.client("s3", config=config), session.client("dynamodb", config=config)


def error_code(error: Exception) -> str:
    """The service's own code of an error, or an empty string."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def explain(error: BotoCoreError | ClientError, *, doing: str) -> EmbedError:
    """Make the one line for an error that no retry and no special case has dealt with.

    Args:
        error: What boto3 raised.
        doing: The call and its object, as in "reading s3://bucket/key".
    """
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return EmbedError(ExitCode.ACCESS_DENIED, f"no credentials for {doing}", fix="give the job a job role")
    code = error_code(error)
    if code in DENIED:
        fix = "allow this to the job role (s3:GetObject, s3:PutObject, s3:ListBucket, dynamodb:BatchWriteItem, KMS)"
        if "read" in doing:
            fix += "; without s3:ListBucket a missing object is reported in the same way"
        return EmbedError(ExitCode.ACCESS_DENIED, f"access denied {doing} ({error})", fix=fix)
    fix = "see the service's message; a further attempt may succeed"
    return EmbedError(ExitCode.SERVICE, f"{doing} failed ({error})", fix=fix)
