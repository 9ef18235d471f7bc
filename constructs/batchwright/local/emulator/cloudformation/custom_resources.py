"""Custom resources: a handler that fails ends the wait at once, and two of the CDK's own work without Node.

The CDK ships handlers in JavaScript that expect the AWS SDK of Lambda's Node runtime. Buckets that empty themselves and
VPCs that close their default security group are in nearly every app, so those two are done here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from batchwright.local.emulator.cloudformation import topic_tokens
from batchwright.local.emulator.cloudformation.custom_answers import CustomAnswers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from batchwright.local.emulator.cloudformation.registry import Created, ResourceTypes
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.ministack.guard import Hooks

_AUTO_DELETE_TAG = "aws-cdk:auto-delete-objects"


def install(hooks: Hooks, context: EmulatorContext, types: ResourceTypes) -> None:
    """Register the two resources and end the wait for handlers that fail."""
    region = hooks.get(hooks.module("core.responses"), "get_region")
    types.register("Custom::S3AutoDeleteObjects", AutoDeleteObjects(lambda: context.client("s3", region())))
    types.register("Custom::VpcRestrictDefaultSG", RestrictDefaultGroup(lambda: context.client("ec2", region())))
    topic_tokens.install(hooks, context)
    _fail_fast(hooks)
    CustomAnswers(hooks)


def _fail_fast(hooks: Hooks) -> None:
    """CloudFormation waits up to an hour for a handler that raised; here the stack fails with the handler's error."""
    custom = hooks.module("services.cloudformation.custom_resource")
    hooks.replace(custom, "_HOST", "127.0.0.1")
    deliver = hooks.get(custom, "deliver_response")
    pending = hooks.get(custom, "_pending")

    def around(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        def call(record: Any, event: Any, *arguments: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401
            result = execute(record, event, *arguments, **options)
            if result.get("error"):
                for url in _response_urls(event):
                    token = url.rsplit("/", 1)[-1]
                    waiting = pending.get(token)
                    if waiting is not None and waiting["result"] is None:
                        deliver(token, {"Status": "FAILED", "Reason": _reason(result)})
            return result

        return call

    hooks.wrap(hooks.module("services.lambda_svc"), "_execute_function_with_config_scope", around)


def _response_urls(event: Any) -> Iterator[str]:  # noqa: ANN401 - an event of any kind
    """Yield where answers are waited for: a request itself, or the requests that a topic passes on."""
    if not isinstance(event, dict):
        return
    if isinstance(event.get("ResponseURL"), str):
        yield event["ResponseURL"]
    records = event.get("Records")
    for record in records if isinstance(records, list) else ():
        message = record.get("Sns", {}).get("Message") if isinstance(record, dict) else None
        try:
            passed_on = json.loads(message) if isinstance(message, str) else None
        except ValueError:
            continue
        if isinstance(passed_on, dict) and isinstance(passed_on.get("ResponseURL"), str):
            yield passed_on["ResponseURL"]


def _reason(result: Mapping[str, Any]) -> str:
    body = result.get("body")
    error = body if isinstance(body, dict) else {"errorType": "Error", "errorMessage": str(body)}
    text = f"the handler failed: {error.get('errorType')}: {error.get('errorMessage')}"
    if "@aws-sdk/" in text:
        text += " (functions on Node find the AWS SDK in a node_modules folder at or above the working directory)"
    return text


class AutoDeleteObjects:
    """Custom::S3AutoDeleteObjects: empties a bucket before its deletion, if the bucket's tag still allows it."""

    def __init__(self, s3: Callable[[], Any]) -> None:
        self._s3 = s3

    def create(self, logical_id: str, props: Mapping[str, Any], stack: str) -> Created:  # noqa: ARG002 - signature
        """Remember the bucket."""
        return str(props["BucketName"]), {}

    def update(
        self, physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack: str, logical_id: str
    ) -> Created:
        """Answer with another id when there is a new bucket: the old one is emptied when the update has succeeded."""
        del stack, logical_id
        return physical_id if old.get("BucketName") == new.get("BucketName") else str(new["BucketName"]), {}

    def delete(self, physical_id: str, props: Mapping[str, Any]) -> None:  # noqa: ARG002 - signature
        """Delete every version of every object."""
        bucket = str(props["BucketName"])
        if not self._allowed(bucket):
            return
        s3 = self._s3()
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            objects = [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]
            if objects:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})

    def _allowed(self, bucket: str) -> bool:
        try:
            tags = self._s3().get_bucket_tagging(Bucket=bucket)["TagSet"]
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchBucket", "NoSuchTagSet"}:
                return False
            raise
        return any(tag["Key"] == _AUTO_DELETE_TAG and tag["Value"] == "true" for tag in tags)


class RestrictDefaultGroup:
    """Custom::VpcRestrictDefaultSG: takes the rules of a VPC's default security group away, and puts them back."""

    def __init__(self, ec2: Callable[[], Any]) -> None:
        self._ec2 = ec2

    def create(self, logical_id: str, props: Mapping[str, Any], stack: str) -> Created:
        """Revoke the two default rules."""
        group, ec2 = str(props["DefaultSecurityGroupId"]), self._ec2()
        _ignoring_absence(ec2.revoke_security_group_egress, group, _everywhere())
        _ignoring_absence(ec2.revoke_security_group_ingress, group, self._within(group, props))
        return f"{stack}-{logical_id}", {}

    def update(
        self, physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack: str, logical_id: str
    ) -> Created:
        """Give the old group its rules back and restrict the new one."""
        if old.get("DefaultSecurityGroupId") != new.get("DefaultSecurityGroupId"):
            self.delete(physical_id, old)
            self.create(logical_id, new, stack)
        return physical_id, {}

    def delete(self, physical_id: str, props: Mapping[str, Any]) -> None:  # noqa: ARG002 - signature
        """Authorize the two default rules again."""
        group, ec2 = str(props["DefaultSecurityGroupId"]), self._ec2()
        _ignoring_absence(ec2.authorize_security_group_egress, group, _everywhere())
        _ignoring_absence(ec2.authorize_security_group_ingress, group, self._within(group, props))

    @staticmethod
    def _within(group: str, props: Mapping[str, Any]) -> dict[str, Any]:
        return {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group, "UserId": str(props.get("Account", ""))}]}


def _everywhere() -> dict[str, Any]:
    return {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def _ignoring_absence(call: Callable[..., Any], group: str, permission: dict[str, Any]) -> None:
    try:
        call(GroupId=group, IpPermissions=[permission])
    except ClientError as error:
        known = {"InvalidPermission.NotFound", "InvalidPermission.Duplicate", "InvalidGroup.NotFound"}
        if error.response["Error"]["Code"] not in known:
            raise
