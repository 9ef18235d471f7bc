"""Simulations that each hold two of forty licences: the twenty-first waits in the queue, before it has a host."""

from aws_cdk import App, Size, Stack

from batchwright import BatchPlatform, ConsumableResource, ContainerJob, ImageRepository, JobImage

app = App()
stack = Stack(app, "Simulations")
platform = BatchPlatform(stack, "Batch")
licences = ConsumableResource(stack, "Licences", total_quantity=40)
ContainerJob(
    stack,
    "Simulate",
    image=JobImage.from_repository(ImageRepository(stack, "Images"), tag="2024.2"),
    queue=platform.queue,
    vcpus=16,
    memory=Size.gibibytes(60),
    consumable_resources={licences: 2},
)
app.synth()
