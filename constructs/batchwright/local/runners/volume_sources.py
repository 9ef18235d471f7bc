"""What volumes of tasks are made of in the local AWS: access points of EFS, secrets of Kubernetes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from batchwright.local.runners.launch import LaunchError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine import SecretVolume
    from batchwright.local.runners.roles import Clients


def access_point(client: Clients, access_point_id: str) -> Mapping[str, Any]:
    """Return an access point's description (`RootDirectory`, `PosixUser`).

    One that the local AWS does not know, such as one of S3 Files, has a folder of its own in which everybody may write.

    Args:
        client: Service name to boto3 client (`efs`).
        access_point_id: Its id or ARN.
    """
    name = access_point_id.rpartition("/")[2]
    try:
        found: list[Mapping[str, Any]] = client("efs").describe_access_points(AccessPointId=name)["AccessPoints"]
    except (ClientError, BotoCoreError):
        found = []
    return found[0] if found else {"RootDirectory": {"Path": f"/{name}"}, "PosixUser": {"Uid": 0, "Gid": 0}}


def secret_files(client: Clients, volume: SecretVolume) -> dict[str, bytes]:
    """Return the files of a Kubernetes secret, from the secret of that name in Secrets Manager.

    Args:
        client: Service name to boto3 client (`secretsmanager`).
        volume: The volume.

    Raises:
        LaunchError: It is missing although it is not optional, or is no JSON object.
    """
    failed = f'FailedMount: MountVolume.SetUp failed for volume "{volume.name}" : secret "{volume.secret_name}" '
    try:
        text = client("secretsmanager").get_secret_value(SecretId=volume.secret_name)["SecretString"]
        return {str(name): str(value).encode() for name, value in json.loads(text).items()}
    except (ClientError, BotoCoreError) as error:
        if volume.optional:
            return {}
        raise LaunchError(f"{failed}not found (the local AWS looks for it in Secrets Manager): {error}") from error
    except (ValueError, AttributeError, KeyError) as error:
        raise LaunchError(f"{failed}in Secrets Manager must be a JSON object with a member for each key") from error
