"""GPUs without hosts to look after: ECS launches, patches and replaces the instances."""

from aws_cdk import App, Size, Stack

from batchwright import (
    ContainerJob,
    Egress,
    ImageRepository,
    Instances,
    JobImage,
    JobQueue,
    ManagedInstancesEnvironment,
    Network,
)

app = App()
stack = Stack(app, "Managed")
environment = ManagedInstancesEnvironment(
    stack,
    "Gpus",
    # Managed Instances need a way to the internet.
    vpc=Network(stack, "Network", egress=Egress.NAT).vpc,
    instances=Instances.of("g6", "g5"),
    max_vcpus=128,
    storage=Size.gibibytes(200),
)
ContainerJob(
    stack,
    "Transcribe",
    image=JobImage.from_repository(ImageRepository(stack, "Images"), tag="1.4"),
    queue=JobQueue(stack, "Queue", environments=[environment]),
    vcpus=4,
    memory=Size.gibibytes(14),
    gpus=1,
)
app.synth()
