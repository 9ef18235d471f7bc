"""Jobs of a program whose licence is bound to its hosts: two of them that stay, in an unmanaged environment."""

from aws_cdk import App, Duration, Size, Stack

from batchwright import (
    ContainerJob,
    ImageRepository,
    Instances,
    JobImage,
    JobQueue,
    Network,
    UnmanagedEnvironment,
)

app = App()
stack = Stack(app, "Solver")
hosts = UnmanagedEnvironment(
    stack,
    "Hosts",
    vpc=Network(stack, "Network").vpc,
    instances=Instances.of("m7i.8xlarge"),
    min_hosts=2,
    # A host that is to end waits for its jobs first.
    drain_for=Duration.hours(2),
)
ContainerJob(
    stack,
    "Solve",
    image=JobImage.from_repository(ImageRepository(stack, "Images"), tag="9"),
    queue=JobQueue(stack, "Queue", environments=[hosts]),
    vcpus=16,
    memory=Size.gibibytes(60),
)
app.synth()
