"""Deploys and destroys the stacks of a cloud assembly."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from batchwright.local.deployer.assembly import CloudAssembly
from batchwright.local.deployer.assets import AssetManifest
from batchwright.local.deployer.bootstrap import Bootstrap
from batchwright.local.deployer.documents import document, mapping
from batchwright.local.deployer.errors import DeploymentError
from batchwright.local.deployer.files import FilePublisher
from batchwright.local.deployer.images import DockerImages
from batchwright.local.deployer.stacks import StackOperator
from batchwright.local.deployer.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from batchwright.local.deployer.assembly import StackArtifact
    from batchwright.local.deployer.images import ImagePublisher

DOCKER_SHIM: Final = Path(__file__).with_name("cdk-docker-shim")
"""The program that CDK_DOCKER names: `docker` without login and push."""


class Deployer:
    """Takes an app from `cdk.out` to running stacks, over the API alone.

    Args:
        client: Makes a boto3 client of a service.
        account: Account number.
        region: Region.
        images: What makes image assets available to jobs; by default they are built with `docker build`.
        timeout: Seconds that one stack may take (default 900: a first build of an image is not part of it).
    """

    def __init__(
        self,
        *,
        client: Callable[[str], Any],
        account: str,
        region: str,
        images: ImagePublisher | None = None,
        timeout: float = 900.0,
    ) -> None:
        self._client = client
        self._target = Target(account=account, region=region)
        self._bootstrap = Bootstrap(client, self._target)
        self._files = FilePublisher(client)
        self._images: ImagePublisher = images or DockerImages()
        self._timeout = timeout

    def deploy(
        self, assembly: Path, *, stacks: Iterable[str] | None = None, parameters: Mapping[str, str] | None = None
    ) -> dict[str, dict[str, str]]:
        """Deploy the stacks, dependencies first, and return the outputs of each.

        Args:
            assembly: Folder with manifest.json.
            stacks: Names of the stacks to deploy, with what they depend on; all by default.
            parameters: Template parameters: "Name" for every stack that declares it, or "Stack:Name".

        Raises:
            DeploymentError: an asset or a stack failed.
        """
        selected = CloudAssembly(assembly).select(stacks)
        values = _parameters(selected, parameters or {})
        outputs: dict[str, dict[str, str]] = {}
        with _told():
            operator = StackOperator(self._client("cloudformation"), timeout=self._timeout)
            self._bootstrap.ensure(operator)
            for stack in selected:
                self._publish(stack)
                outputs[stack.name] = operator.deploy(
                    stack.name,
                    template={"TemplateURL": self._upload(stack.template.read_bytes())},
                    parameters=values[stack.name],
                    tags=stack.tags,
                )
        return outputs

    def destroy(self, assembly: Path, *, stacks: Iterable[str] | None = None) -> None:
        """Delete the stacks, dependents first; those that do not exist are skipped.

        Args:
            assembly: Folder with manifest.json.
            stacks: Names of the stacks to delete, with those that depend on them; all by default.
        """
        everything = CloudAssembly(assembly)
        doomed = {stack.name for stack in everything.stacks}
        if stacks is not None:
            doomed = _dependents(everything, set(stacks))
        with _told():
            operator = StackOperator(self._client("cloudformation"), timeout=self._timeout)
            for stack in reversed(everything.stacks):
                if stack.name in doomed:
                    operator.delete(stack.name)

    def _publish(self, stack: StackArtifact) -> None:
        for path in stack.asset_manifests:
            manifest = AssetManifest.read(path, self._target)
            for bucket in {asset.bucket for asset in manifest.files}:
                self._bootstrap.ensure_bucket(bucket)
            for asset in manifest.files:
                self._files.publish(asset)
            for image in manifest.images:
                self._images.publish(image)

    def _upload(self, body: bytes) -> str:
        """Put a template where CloudFormation reads it: more than 51,200 bytes cannot be sent with the request."""
        key = f"batchwright/{hashlib.sha256(body).hexdigest()}.json"
        s3 = self._client("s3")
        s3.put_object(Bucket=self._bootstrap.bucket, Key=key, Body=body)
        return f"{s3.meta.endpoint_url}/{self._bootstrap.bucket}/{key}"


@contextmanager
def _told() -> Iterator[None]:
    """Tell what a service refuses in the words of a deployment."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise DeploymentError(f"the deployment failed: {error}") from error


def _parameters_of(stack: StackArtifact) -> dict[str, Any]:
    what = f"stack {stack.name}: template"
    return mapping(document(stack.template, what=what), "Parameters", where=f"{what} {stack.template}")


def _parameters(stacks: tuple[StackArtifact, ...], wanted: Mapping[str, str]) -> dict[str, dict[str, str]]:
    values: dict[str, dict[str, str]] = {}
    used: set[str] = set()
    for stack in stacks:
        declared = _parameters_of(stack)
        values[stack.name] = dict(stack.parameters)
        for key, value in wanted.items():
            owner, _, name = key.rpartition(":")
            if name in declared and owner in ("", stack.name):
                values[stack.name][name] = value
                used.add(key)
    unknown = sorted(set(wanted) - used)
    if unknown:
        names = ", ".join(stack.name for stack in stacks)
        raise DeploymentError(f"parameters: no stack ({names}) declares {', '.join(unknown)}")
    return values


def _dependents(assembly: CloudAssembly, names: set[str]) -> set[str]:
    assembly.select(names)
    doomed = set(names)
    for stack in assembly.stacks:
        if doomed & set(stack.depends_on):
            doomed.add(stack.name)
    return doomed
