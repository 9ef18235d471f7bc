"""Folders that no `cdk synth` of today wrote, or wrote only half."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local import DeploymentError

if TYPE_CHECKING:
    from pathlib import Path

    from support.local_server import LocalServer

Json = dict[str, Any]
STACK: Json = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "t.json"}}
TEMPLATE: Json = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
VPC = {"key": "vpc-provider:account=1", "provider": "vpc-provider", "props": {}}
ZONES = {"key": "availability-zones:account=1", "provider": "availability-zones", "props": {}}


def with_assets(content: object) -> Json:
    assets = {"type": "cdk:asset-manifest", "properties": {"file": "assets.json"}}
    stack = {**STACK, "dependencies": ["S.assets"]}
    return {
        "manifest.json": {"version": "36.0.0", "artifacts": {"S.assets": assets, "S": stack}},
        "t.json": TEMPLATE,
        "assets.json": content,
    }


def with_file(source: Json, destination: Json) -> Json:
    return with_assets({"files": {"hash": {"source": source, "destinations": {"here": destination}}}})


BROKEN: dict[str, tuple[Json, str]] = {
    "list": ({"manifest.json": []}, "manifest .*manifest.json is no JSON object; synthesize the app again"),
    "artifacts": ({"manifest.json": {"artifacts": [STACK]}}, "artifacts is no JSON object"),
    "no-stacks": ({"manifest.json": {"version": "36.0.0", "artifacts": {}}}, "has no stacks"),
    "newer": (
        {"manifest.json": {"version": "999.0.0", "artifacts": {"S": STACK}}, "t.json": TEMPLATE},
        "manifest.json has schema version 999.0.0, and [0-9]+ is the newest that the local AWS knows",
    ),
    "no-template": (
        {"manifest.json": {"artifacts": {"S": {**STACK, "properties": {}}}}},
        "there is no templateFile",
    ),
    "template-gone": ({"manifest.json": {"artifacts": {"S": STACK}}}, "stack S: template .*t.json is missing"),
    "template-list": ({"manifest.json": {"artifacts": {"S": STACK}}, "t.json": []}, "t.json is no JSON object"),
    "template-text": ({"manifest.json": {"artifacts": {"S": STACK}}, "t.json": "{"}, "t.json is not valid JSON"),
    "lookup": (
        {"manifest.json": {"missing": [VPC], "artifacts": {"S": STACK}}, "t.json": TEMPLATE},
        r"values that the app looks up are missing \(vpc-provider:account=1\)\. Synthesize it with `cdk synth`",
    ),
    "assets-gone": (
        {key: value for key, value in with_assets({}).items() if key != "assets.json"},
        "asset manifest .*assets.json is missing",
    ),
    "assets-text": (with_assets("not json"), "assets.json is not valid JSON"),
    "assets-list": (with_assets({"files": ["hash"]}), "files is no JSON object"),
    "file-gone": (with_file({"path": "gone"}, {"bucketName": "assets", "objectKey": "k"}), "asset .*gone is missing"),
    "no-bucket": (with_file({"path": "t.json"}, {"objectKey": "k"}), "asset hash: there is no bucketName"),
    "bad-bucket": (with_file({"path": "t.json"}, {"bucketName": "b", "objectKey": "k"}), "the deployment failed: .*"),
}


def write(folder: Path, files: Json) -> None:
    for name, content in files.items():
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_told_and_nothing_is_deployed(server: LocalServer, tmp_path: Path, name: str) -> None:
    files, expected = BROKEN[name]
    write(tmp_path, files)

    with pytest.raises(DeploymentError, match=expected):
        server.aws.deploy(tmp_path)

    assert "S" not in [stack["StackName"] for stack in server.client("cloudformation").describe_stacks()["Stacks"]]


def test_zones_need_no_lookup(server: LocalServer, tmp_path: Path) -> None:
    artifacts = {"Zones": STACK}
    write(tmp_path, {"manifest.json": {"missing": [ZONES], "artifacts": artifacts}, "t.json": TEMPLATE})

    assert server.aws.deploy(tmp_path) == {"Zones": {}}


def test_an_export_in_use_is_the_reason_of_a_failed_update(server: LocalServer, tmp_path: Path) -> None:
    output = {"Out": {"Value": "v", "Export": {"Name": "needed"}}}
    artifacts = {"Exporter": STACK}
    write(tmp_path, {"manifest.json": {"artifacts": artifacts}, "t.json": {**TEMPLATE, "Outputs": output}})
    server.aws.deploy(tmp_path)
    imported = {"Type": "String", "Value": {"Fn::ImportValue": "needed"}}
    server.stack("NeedsIt", {"Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": imported}}})
    write(tmp_path, {"t.json": TEMPLATE})

    with pytest.raises(DeploymentError, match="needed cannot be deleted as it is in use by NeedsIt; it was rolled"):
        server.aws.deploy(tmp_path)
