"""Properties and attributes that ministack's own resource types leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.cloudformation.registry import Created, ResourceTypes
    from batchwright.local.emulator.ministack.guard import Hooks

# Of no image that exists.
_HOST_IMAGE: Final = "ami-0ec52023000000000"


def install(hooks: Hooks, types: ResourceTypes) -> None:
    """Repair bucket tags, ids of secrets and the attributes of a VPC, and publish the images of ECS hosts."""
    _keep_bucket_tags(hooks, types)
    _know_secrets_by_arn(types)
    _add_vpc_attributes(types)
    _publish_host_images(hooks)


def _publish_host_images(hooks: Hooks) -> None:
    """Stacks with hosts of their own ask for AWS's newest image; here no host is started, and one id is as good."""
    published = hooks.get(hooks.module("services.ssm"), "_PUBLIC_AMI_PARAMETERS")
    for kind in ("", "arm64/", "gpu/", "neuron/"):
        name = f"/aws/service/ecs/optimized-ami/amazon-linux-2023/{kind}recommended/image_id"
        published.setdefault(name, _HOST_IMAGE)


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


def _know_secrets_by_arn(types: ResourceTypes) -> None:
    """`Ref` of a secret is its ARN, which policies and job definitions name; ministack's is the name."""
    kind = "AWS::SecretsManager::Secret"
    table = types.table(kind)

    def by_arn(made: Created) -> Created:
        _, attributes = made
        return str(attributes["Arn"]), attributes

    def create(logical_id: str, props: Mapping[str, Any], stack: str) -> Created:
        return by_arn(table["create"](logical_id, props, stack))

    def update(
        physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack: str, logical_id: str | None = None
    ) -> Created:
        return by_arn(table["update"](_secret_name(physical_id), old, new, stack, logical_id))

    def delete(physical_id: str, props: Mapping[str, Any]) -> None:
        table["delete"](_secret_name(physical_id), props)

    types.override(kind, {**table, "create": create, "update": update, "delete": delete})


def _secret_name(arn: str) -> str:
    """The name in a secret's ARN, which ends in a hyphen and six characters of its own."""
    return arn.partition(":secret:")[2][:-7] or arn


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
