"""Writes small cloud assemblies, as `cdk synth` would."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
REPOSITORY = "cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}"
BOOTSTRAP = {
    "Parameters": {
        "BootstrapVersion": {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Default": "/cdk-bootstrap/hnb659fds/version",
        }
    },
    "Rules": {
        "CheckBootstrapVersion": {
            "Assertions": [
                {
                    "Assert": {"Fn::Not": [{"Fn::Contains": [["1", "2", "3", "4", "5"], {"Ref": "BootstrapVersion"}]}]},
                    "AssertDescription": "CDK bootstrap stack version 6 required.",
                }
            ]
        }
    },
}


class Assembly:
    """An assembly under construction in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._artifacts: dict[str, Any] = {}

    def stack(
        self,
        name: str,
        template: dict[str, Any],
        *,
        depends_on: tuple[str, ...] = (),
        files: dict[str, Any] | None = None,
        images: dict[str, Any] | None = None,
        stack_name: str | None = None,
    ) -> Assembly:
        body = json.dumps(
            {**BOOTSTRAP, **template, "Parameters": {**BOOTSTRAP["Parameters"], **template.get("Parameters", {})}}
        )
        (self.folder / f"{name}.template.json").write_text(body)
        digest = hashlib.sha256(body.encode()).hexdigest()
        template_asset = {
            "source": {"path": f"{name}.template.json", "packaging": "file"},
            "destinations": {"here": {"bucketName": BUCKET, "objectKey": f"{digest}.json"}},
        }
        manifest = {"version": "1", "files": {digest: template_asset, **(files or {})}, "dockerImages": images or {}}
        (self.folder / f"{name}.assets.json").write_text(json.dumps(manifest))
        self._artifacts[f"{name}.assets"] = {
            "type": "cdk:asset-manifest",
            "properties": {"file": f"{name}.assets.json"},
        }
        self._artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/unknown-region",
            "properties": {"templateFile": f"{name}.template.json", "stackName": stack_name or name},
            "dependencies": [*depends_on, f"{name}.assets"],
        }
        self.write()
        return self

    def nested(self, folder: str) -> Assembly:
        self._artifacts[folder] = {"type": "cdk:cloud-assembly", "properties": {"directoryName": folder}}
        self.write()
        return Assembly(self.folder / folder)

    def write(self) -> None:
        (self.folder / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": self._artifacts}))


def file_asset(path: str, digest: str, *, packaging: str = "zip") -> dict[str, Any]:
    return {
        digest: {
            "source": {"path": path, "packaging": packaging},
            "destinations": {"here": {"bucketName": BUCKET, "objectKey": f"{digest}.{packaging}"}},
        }
    }


def image_asset(directory: str, digest: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        digest: {
            "source": {"directory": directory, **options},
            "destinations": {"here": {"repositoryName": REPOSITORY, "imageTag": digest}},
        }
    }


def queue(name: str | None = None, **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"Type": "AWS::SQS::Queue", "Properties": {**({"QueueName": name} if name else {}), **properties}}
