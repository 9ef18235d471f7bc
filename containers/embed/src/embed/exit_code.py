"""The exit codes of the program."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the container's exit code means, for a person and for `evaluateOnExit` of a job definition.

    Codes 20 to 29 come back in every attempt until someone changes something: `onExitCode: "2*"`, `action: EXIT`.
    Codes 30 to 39 are worth another attempt: `onExitCode: "3*"`, `action: RETRY`.
    """

    DONE = 0
    """All images of the list were taken; those that could not be read are listed."""
    SETTINGS = 20
    """An environment variable is missing or wrong."""
    MANIFEST_MISSING = 21
    """The manifest, or the list of images it names, is not there."""
    MANIFEST_INVALID = 22
    """The manifest or the list is no such thing, or has no part for this child."""
    MODEL_MISSING = 23
    """No network at MODEL_URI."""
    MODEL_DIGEST = 24
    """The network's SHA-256 is not MODEL_SHA256."""
    MODEL_INVALID = 25
    """The file is no ONNX network, or takes or gives something else than the container works with."""
    ACCESS_DENIED = 26
    """AWS refused a call, or no credentials were found."""
    TABLE = 27
    """The table is not there, or its key is not ImageId."""
    WRITES_THROTTLED = 30
    """The table refused writes through all attempts."""
    SERVICE = 31
    """S3 or DynamoDB did not answer, or failed, through all attempts."""
    TERMINATED = 143
    """SIGTERM came before the end: 128 + 15, as a shell would say."""
