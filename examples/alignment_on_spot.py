"""Read alignment on Spot, with On-Demand behind it: each attempt has an empty folder on the host's NVMe drives."""

from aws_cdk import App, Stack
from aws_cdk import aws_s3 as s3

from batchwright import (
    ContainerJob,
    HostLaunchTemplate,
    HostOptions,
    ImageRepository,
    Instances,
    JobImage,
    JobSize,
    Mount,
    Network,
    NvmeScratch,
    ScratchVolume,
    SpotThenOnDemand,
)

app = App()
stack = Stack(app, "Alignment")
network = Network(stack, "Network")

# Docker's own data lies on the drives, and so does the folder that it makes for each attempt and removes after it.
hosts = HostLaunchTemplate(stack, "Hosts", parts=[NvmeScratch(docker_root=True)])
capacity = SpotThenOnDemand(
    stack,
    "Capacity",
    vpc=network.vpc,
    instances=Instances.nvme("m6id", "m6idn", "m5d", "m5dn"),
    max_vcpus=2048,
    on_demand_max_vcpus=256,
    hosts=HostOptions(launch_template=hosts),
)
size = JobSize.fit("m6id.8xlarge", share=1 / 2)
align = ContainerJob(
    stack,
    "Align",
    image=JobImage.from_repository(ImageRepository(stack, "Images"), tag="2.3"),
    queue=capacity.queue,
    vcpus=size.vcpus,
    memory=size.memory,
    mounts=[Mount(ScratchVolume(), "/scratch")],
    command=["align", "--sample", "Ref::sample", "--work", "/scratch"],
    required_parameters=["sample"],
)
s3.Bucket.from_bucket_name(stack, "Samples", "samples").grant_read_write(align)
app.synth()
