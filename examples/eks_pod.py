"""A pod on a cluster that there is already: Batch brings nodes when jobs wait, and ends them when none do."""

from aws_cdk import App, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks

from batchwright import (
    EksEnvironment,
    EksJob,
    EksNamespace,
    ImageRepository,
    JobImage,
    JobQueue,
    Pod,
    PodContainer,
    PodVolume,
)

app = App()
stack = Stack(app, "Pods")
vpc = ec2.Vpc.from_vpc_attributes(
    stack, "Vpc", vpc_id="vpc-01234567", availability_zones=["eu-west-1a"], private_subnet_ids=["subnet-01234567"]
)
cluster = eks.Cluster.from_cluster_attributes(
    stack, "Cluster", cluster_name="shared", vpc=vpc, cluster_security_group_id="sg-01234567"
)
# The CDK cannot run kubectl against this cluster: apply `namespace.manifests` before the first deployment.
namespace = EksNamespace(stack, "Namespace", cluster=cluster, name="imaging", apply=False)
nodes = EksEnvironment(stack, "Nodes", namespace=namespace, max_vcpus=512)

image = JobImage.from_repository(ImageRepository(stack, "Images"), tag="1.0")
work = PodVolume.empty_dir("work", size=Size.gibibytes(20))
fetch = PodContainer(
    name="fetch",
    image=image,
    vcpus=1,
    memory=Size.gibibytes(1),
    args=["fetch", "Ref::scan"],
    mounts=[work.mount("/work")],
)
segment = PodContainer(
    image=image, vcpus=4, memory=Size.gibibytes(14), args=["segment", "/work"], mounts=[work.mount("/work")]
)
EksJob(
    stack,
    "Segment",
    # The service account's role says what the program may do; a job role is ECS's way.
    pod=Pod(containers=[segment], init_containers=[fetch], service_account="imaging"),
    queue=JobQueue(stack, "Queue", environments=[nodes]),
    required_parameters=["scan"],
)
app.synth()
