"""Hosts with a Lustre file system, a scratch disk that grows, and metrics of both."""

from aws_cdk import App, Size, Stack
from aws_cdk import aws_ec2 as ec2

from batchwright import (
    CloudWatchAgent,
    ContainerJob,
    Ec2Environment,
    GrowingScratch,
    HostLaunchTemplate,
    HostOptions,
    HostVolume,
    ImageRepository,
    JobImage,
    JobQueue,
    LustreMount,
    Mount,
    Network,
)

app = App()
stack = Stack(app, "Simulation")
lustre = LustreMount(
    dns_name="fs-01234567.fsx.eu-west-1.amazonaws.com",
    mount_name="abcdefgh",
    security_groups=[ec2.SecurityGroup.from_security_group_id(stack, "Lustre", "sg-01234567")],
)
scratch = GrowingScratch(initial_gibibytes=100, max_gibibytes=2_000)
metrics = CloudWatchAgent(disks=["/", "/scratch"])
template = HostLaunchTemplate(stack, "Hosts", parts=[lustre, scratch, metrics])
hosts = HostOptions(launch_template=template)
environment = Ec2Environment(stack, "Environment", vpc=Network(stack, "Network").vpc, hosts=hosts)
ContainerJob(
    stack,
    "Simulate",
    image=JobImage.from_repository(ImageRepository(stack, "Images"), tag="1.0"),
    queue=JobQueue(stack, "Queue", environments=[environment]),
    vcpus=16,
    memory=Size.gibibytes(60),
    mounts=[Mount(HostVolume("/fsx"), "/fsx"), Mount(HostVolume("/scratch"), "/scratch")],
)
app.synth()
