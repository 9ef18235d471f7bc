"""A job of two containers: a model server, and the client whose end is the end of the job."""

from aws_cdk import App, Size, Stack

from batchwright import BatchPlatform, ImageRepository, JobImage, MultiContainerJob, TaskContainer

app = App()
stack = Stack(app, "Maze")
platform = BatchPlatform(stack, "Batch")
images = ImageRepository(stack, "Images")
MultiContainerJob(
    stack,
    "Play",
    queue=platform.queue,
    containers=[
        TaskContainer(
            name="model",
            image=JobImage.from_repository(images, tag="model-1"),
            vcpus=4,
            memory=Size.gibibytes(14),
            # When the client ends, it is stopped.
            essential=False,
        ),
        TaskContainer(
            name="client",
            image=JobImage.from_repository(images, tag="client-1"),
            vcpus=1,
            memory=Size.gibibytes(1),
            environment={"MODEL": "http://127.0.0.1:8080"},
            depends_on={"model": "START"},
        ),
    ],
)
app.synth()
