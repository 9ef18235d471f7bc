"""Docking of up to a million molecules: more jobs than one array has, and a clean-up of old job definitions."""

from aws_cdk import App, Size, Stack

from batchwright import (
    ArrayStep,
    BatchPlatform,
    ContainerJob,
    Dependency,
    ImageRepository,
    JobImage,
    Pipeline,
    RevisionJanitor,
    ShardedArrayStep,
)

app = App()
stack = Stack(app, "Docking")
platform = BatchPlatform(stack, "Batch")
image = JobImage.from_repository(ImageRepository(stack, "Images"), tag="1.0")


def job(name: str, vcpus: int) -> ContainerJob:
    return ContainerJob(
        stack,
        name,
        image=image,
        queue=platform.queue,
        vcpus=vcpus,
        memory=Size.gibibytes(2 * vcpus),
        command=[name.lower()],
    )


prepare, refine, dock = job("Prepare", 1), job("Refine", 4), job("Dock", 2)

# Child n of Refine starts as soon as child n of Prepare has succeeded.
prepared = ArrayStep(prepare, size=5_000, wait=False)
refined = ArrayStep(refine, size=5_000, depends_on=[Dependency.n_to_n(prepared)])
docked = ShardedArrayStep(dock, size="$.molecules")
Pipeline(stack, "Screen", steps=prepared >> refined >> docked)
RevisionJanitor(stack, "Janitor", jobs=[prepare, refine, dock])
app.synth()
