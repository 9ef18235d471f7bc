"""Inference on GPUs: a job for each GPU of 24 GB, on hosts that stay a while for the next one."""

from aws_cdk import App, Duration, Size, Stack

from batchwright import (
    ContainerJob,
    Ec2Environment,
    ImageRepository,
    Instances,
    JobImage,
    JobQueue,
    JobSize,
    LinuxParameters,
    Network,
)

app = App()
stack = Stack(app, "Inference")
gpus = Ec2Environment(
    stack,
    "Gpus",
    vpc=Network(stack, "Network").vpc,
    instances=Instances.gpu("g6.2xlarge", "g5.2xlarge"),
    max_vcpus=256,
    # The next job finds the image and the network's weights on the host's disk.
    scale_down_delay=Duration.minutes(30),
)
size = JobSize.fit("g6.2xlarge")
ContainerJob(
    stack,
    "Infer",
    image=JobImage.from_repository(ImageRepository(stack, "Images"), tag="1.0"),
    queue=JobQueue(stack, "Queue", environments=[gpus]),
    vcpus=size.vcpus,
    memory=size.memory,
    gpus=size.gpus,
    # Data loaders hand tensors over in /dev/shm, of which Docker gives 64 MiB.
    linux=LinuxParameters(shared_memory=Size.gibibytes(4)),
    command=["python", "infer.py", "--batch", "Ref::batch"],
    required_parameters=["batch"],
)
app.synth()
