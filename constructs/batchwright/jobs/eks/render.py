"""Renders a pod to the `EksProperties` of a job definition, or of a node range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from aws_cdk import Aws
from aws_cdk import aws_batch as batch

from batchwright.jobs.eks.volumes import Claim, EmptyDir, HostPath, Secret
from batchwright.tokens import as_text, mebibytes

if TYPE_CHECKING:
    from aws_cdk import Size

    from batchwright.jobs.eks.container import PodContainer
    from batchwright.jobs.eks.pod import Pod
    from batchwright.jobs.eks.security import SecurityContext
    from batchwright.jobs.eks.volumes import PodMount, PodVolume

_Definition: TypeAlias = batch.CfnJobDefinition
_GPU: Final = "nvidia.com/gpu"


def render_pod(pod: Pod) -> batch.CfnJobDefinition.EksPropertiesProperty:
    """Render a pod; `complete_pod` adds the rest once the job definition is there."""
    return _Definition.EksPropertiesProperty(
        pod_properties=_Definition.PodPropertiesProperty(
            containers=[_container(each) for each in pod.containers],
            init_containers=[_container(each) for each in pod.init_containers] or None,
            volumes=[_volume(each) for each in pod.volumes] or None,
            service_account_name=pod.service_account,
            host_network=pod.host_network,
            dns_policy=pod.dns_policy,
            image_pull_secrets=[_Definition.ImagePullSecretProperty(name=name) for name in pod.image_pull_secrets]
            or None,
            share_process_namespace=pod.share_process_namespace or None,
            metadata=_Definition.MetadataProperty(labels=dict(pod.labels)) if pod.labels else None,
        )
    )


def complete_pod(resource: batch.CfnJobDefinition, pod: Pod, *, place: str = "EksProperties") -> None:
    """Add what the CDK's types of a pod lack to the job definition that it was rendered for.

    Args:
        resource: The job definition.
        pod: The pod.
        place: Where the pod is in it; in a node range, `NodeProperties.NodeRangeProperties.0.EksProperties`.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-batch-jobdefinition-eksmetadata.html
    """
    metadata = f"{place}.PodProperties.Metadata"
    if pod.annotations:
        resource.add_property_override(f"{metadata}.Annotations", dict(pod.annotations))
    if pod.namespace is not None:
        resource.add_property_override(f"{metadata}.Namespace", pod.namespace)


def _container(container: PodContainer) -> batch.CfnJobDefinition.EksContainerProperty:
    region = Aws.REGION
    variables = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, **(container.environment or {})}
    return _Definition.EksContainerProperty(
        name=container.name,
        image=container.image.uri,
        image_pull_policy=container.image_pull_policy,
        command=list(container.command) or None,
        args=list(container.args) or None,
        env=[
            _Definition.EksContainerEnvironmentVariableProperty(name=name, value=value)
            for name, value in variables.items()
        ],
        resources=_resources(container),
        volume_mounts=[_mount(each) for each in container.mounts] or None,
        security_context=None if container.security is None else _security(container.security),
    )


def _resources(container: PodContainer) -> batch.CfnJobDefinition.ResourcesProperty:
    # Memory and GPUs are the same in both, by Batch's rule; a limit of CPUs is a choice.
    memory = _quantity(container.memory)
    limits = {"memory": memory}
    requests = {"cpu": as_text(container.vcpus), "memory": memory}
    if container.vcpus_limit is not None:
        limits["cpu"] = as_text(container.vcpus_limit)
    if container.gpus:
        limits[_GPU] = requests[_GPU] = as_text(container.gpus)
    return _Definition.ResourcesProperty(limits=limits, requests=requests)


def _quantity(size: Size) -> str:
    known = mebibytes(size)
    return f"{as_text(size.to_mebibytes() if known is None else known)}Mi"


def _volume(volume: PodVolume) -> batch.CfnJobDefinition.EksVolumeProperty:
    name, property_ = volume.name, _Definition.EksVolumeProperty
    match volume.source:
        case EmptyDir(size=size, in_memory=in_memory):
            limit = None if size is None else _quantity(size)
            medium = "Memory" if in_memory else None
            folder = _Definition.EmptyDirProperty(medium=medium, size_limit=limit)
            return property_(name=name, empty_dir=folder)
        case HostPath(path=path):
            return property_(name=name, host_path=_Definition.HostPathProperty(path=path))
        case Secret(secret_name=secret, optional=optional):
            return property_(
                name=name, secret=_Definition.EksSecretProperty(secret_name=secret, optional=optional or None)
            )
        case Claim(claim_name=claim, read_only=read_only):
            bound = _Definition.EksPersistentVolumeClaimProperty(claim_name=claim, read_only=read_only or None)
            return property_(name=name, persistent_volume_claim=bound)


def _mount(mount: PodMount) -> batch.CfnJobDefinition.EksContainerVolumeMountProperty:
    return _Definition.EksContainerVolumeMountProperty(
        name=mount.volume.name, mount_path=mount.path, read_only=mount.read_only or None, sub_path=mount.sub_path
    )


def _security(context: SecurityContext) -> batch.CfnJobDefinition.SecurityContextProperty:
    return _Definition.SecurityContextProperty(
        run_as_user=context.user,
        run_as_group=context.group,
        run_as_non_root=context.non_root,
        privileged=context.privileged,
        read_only_root_filesystem=context.read_only_root,
        allow_privilege_escalation=context.allow_privilege_escalation,
    )
