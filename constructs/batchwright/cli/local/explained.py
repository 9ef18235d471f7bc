"""Errors of the local AWS as one line for the user."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from batchwright.cli.failure import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the local AWS, and AWS's SDK, raise into a `CommandError`."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError

        from batchwright.local import LocalAwsError
    except ModuleNotFoundError as error:
        raise CommandError(str(error)) from error
    try:
        yield
    except LocalAwsError as error:
        # What is an argument there is an option here.
        raise CommandError(str(error).replace("port=0", "--port 0")) from error
    except ClientError as error:
        raise CommandError(f"the local AWS refused it: {error}") from error
    except BotoCoreError as error:
        raise CommandError(f"the local AWS does not answer: {error}") from error
