from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError
from local.runners.harness import RecordingAws, make_container, refused

from batchwright.local.engine import LogTarget
from batchwright.local.runners.launch import LaunchError
from batchwright.local.runners.secrets import read_secret, registry_credentials, secret_variables

if TYPE_CHECKING:
    from batchwright.local.engine import Container

DB = "arn:aws:secretsmanager:us-east-1:1:secret:db"


class Versions(RecordingAws):
    """Answers with what it was asked for."""

    def get_secret_value(self, *, SecretId: str, **asked: str) -> dict[str, Any]:  # noqa: N803
        if "denied" in SecretId:
            raise refused("GetSecretValue", "AccessDeniedException")
        if "away" in SecretId:
            raise EndpointConnectionError(endpoint_url="x")
        if "binary" in SecretId:
            return {"SecretBinary": b"x"}
        if "list" in SecretId:
            return {"SecretString": "[1]"}
        return {"SecretString": f"{SecretId.rpartition(':')[2]} {sorted(asked.items())}"}


def container(secrets: dict[str, str], **options: str) -> Container:
    log = LogTarget(group="/mine", prefix="p", create_group=False, secret_options=options)
    return make_container(secrets=secrets, log=log)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (DB, "db []"),
        (f"{DB}::AWSPREVIOUS:", "db [('VersionStage', 'AWSPREVIOUS')]"),
        (f"{DB}:::v-1", "db [('VersionId', 'v-1')]"),
    ],
)
def test_stages_and_versions(source: str, value: str) -> None:
    assert read_secret(source, Versions().client) == value


def test_all_secrets_of_a_container(aws: RecordingAws) -> None:
    secrets = {"A": f"{DB}:port::", "B": "arn:aws:ssm:us-east-1:1:parameter/path/name"}
    assert secret_variables(container(secrets), aws.client) == {"A": "5432", "B": "v2"}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "arn:aws:secretsmanager:us-east-1:1:secret:denied",
            "unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret "
            "arn:aws:secretsmanager:us-east-1:1:secret:denied from secrets manager: AccessDeniedException: ",
        ),
        ("arn:aws:secretsmanager:us-east-1:1:secret:away", "Could not connect to the endpoint"),
        ("arn:aws:secretsmanager:us-east-1:1:secret:binary", "is binary"),
        ("arn:aws:secretsmanager:us-east-1:1:secret:text:key::", "did not contain json key key"),
        ("arn:aws:secretsmanager:us-east-1:1:secret:list:key::", "did not contain json key key"),
        ("arn:aws:ssm:us-east-1:1:parameter/none", "unable to retrieve secrets from ssm: service call has been"),
    ],
)
def test_what_cannot_be_read_fails_in_the_words_of_aws(source: str, words: str) -> None:
    for one in (container({"A": source}), container({}, token=source)):
        with pytest.raises(LaunchError) as caught:
            secret_variables(one, Versions().client)
        assert str(caught.value).startswith(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed:"
        )
        assert words in str(caught.value)


def test_credentials_of_a_registry(aws: RecordingAws) -> None:
    aws.secrets["arn:aws:secretsmanager:us-east-1:1:secret:r"] = '{"username": "u", "password": "p", "x": 1}'
    found = registry_credentials("arn:aws:secretsmanager:us-east-1:1:secret:r", aws.client)
    assert found == {"username": "u", "password": "p"}


@pytest.mark.parametrize("content", ["text", '{"username": "u"}', '["username", "password"]', "null"])
def test_a_secret_without_credentials(aws: RecordingAws, content: str) -> None:
    aws.secrets["arn:aws:secretsmanager:us-east-1:1:secret:r"] = content
    with pytest.raises(LaunchError, match="members username and password"):
        registry_credentials("arn:aws:secretsmanager:us-east-1:1:secret:r", aws.client)
