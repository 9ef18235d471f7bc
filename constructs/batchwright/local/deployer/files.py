"""Uploads file assets to the buckets that templates expect."""

from __future__ import annotations

import tempfile
import zipfile
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from batchwright.local.deployer.errors import DeploymentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from batchwright.local.deployer.assets import FileAsset

# Zip has no time before 1980; a fixed one makes the same folder the same bytes.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_SPOOL_BYTES = 16 * 1024 * 1024


class FilePublisher:
    """Puts files into S3; an object that is there already is left, because its key is a hash of its content."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client

    def publish(self, asset: FileAsset) -> None:
        """Upload one asset.

        Raises:
            DeploymentError: its file or folder is missing or cannot be read, or there is no room to package it.
        """
        if not asset.source.exists():
            raise DeploymentError(f"asset {asset.source} is missing; synthesize the app again (cdk synth)")
        if self._exists(asset):
            return
        try:
            self._upload(asset)
        except OSError as error:
            raise DeploymentError(f"asset {asset.source} could not be uploaded: {error}") from error

    def _upload(self, asset: FileAsset) -> None:
        if asset.zipped and asset.source.is_dir():
            with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as package:
                _zip(asset.source, package)
                package.seek(0)
                self._client("s3").upload_fileobj(package, asset.bucket, asset.key)
        else:
            with asset.source.open("rb") as file:
                self._client("s3").upload_fileobj(file, asset.bucket, asset.key)

    def _exists(self, asset: FileAsset) -> bool:
        try:
            self._client("s3").head_object(Bucket=asset.bucket, Key=asset.key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
                return False
            raise
        return True


def _zip(folder: Path, package: Any) -> None:  # noqa: ANN401 - a binary file
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), date_time=_ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Permissions matter to Lambda: an executable stays one.
            entry.external_attr = (path.stat().st_mode & 0xFFFF) << 16
            archive.writestr(entry, path.read_bytes())


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
