"""Properties and attributes that ministack's own resource types leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.cloudformation.registry import Created, ResourceTypes
    from batchwright.local.emulator.guard import Hooks


def install(hooks: Hooks, types: ResourceTypes) -> None:
    """Repair bucket tags and the attributes of a VPC."""
    _keep_bucket_tags(hooks, types)
    _add_vpc_attributes(types)


def _keep_bucket_tags(hooks: Hooks, types: ResourceTypes) -> None:
    """Without tags the CDK's handler that empties a bucket before its deletion finds none to empty."""
    tags = hooks.get(hooks.module("services.s3"), "_bucket_tags")
    table = types.table("AWS::S3::Bucket")

    def tagged(create_or_update: Callable[..., Created], position: int) -> Callable[..., Created]:
        def call(*arguments: Any) -> Created:  # noqa: ANN401 - ministack is untyped
            bucket, attributes = create_or_update(*arguments)
            wanted = arguments[position].get("Tags") or []
            if wanted:
                tags[bucket] = {tag["Key"]: tag["Value"] for tag in wanted}
            else:
                tags.pop(bucket, None)
            return bucket, attributes

        return call

    types.override(
        "AWS::S3::Bucket", {**table, "create": tagged(table["create"], 1), "update": tagged(table["update"], 2)}
    )


def _add_vpc_attributes(types: ResourceTypes) -> None:
    """Interface endpoints and EFS ask for CidrBlock."""
    table = types.table("AWS::EC2::VPC")
    create = table["create"]

    def with_attributes(logical_id: str, props: Mapping[str, Any], stack: str) -> Created:
        vpc, attributes = create(logical_id, props, stack)
        cidr = props.get("CidrBlock", "10.0.0.0/16")
        added = {"CidrBlock": cidr, "CidrBlockAssociations": [f"vpc-cidr-assoc-{vpc[4:]}"], "Ipv6CidrBlocks": []}
        return vpc, {**added, **attributes}

    types.override("AWS::EC2::VPC", {**table, "create": with_attributes})
