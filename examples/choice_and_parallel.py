"""A pipeline that decides: large inputs go in parts, two analyses run at once, a failure is cleaned up after."""

from aws_cdk import App, Duration, Size, Stack

from batchwright import (
    ArrayStep,
    BatchPlatform,
    BatchStep,
    Choice,
    ContainerJob,
    Fail,
    ImageRepository,
    JobImage,
    Parallel,
    Pipeline,
    RetryStrategy,
    When,
)

app = App()
stack = Stack(app, "Genomes")
platform = BatchPlatform(stack, "Batch")
image = JobImage.from_repository(ImageRepository(stack, "Images").repository, tag="2.3")


def job(name: str, *, vcpus: int, retries: RetryStrategy | None = None) -> ContainerJob:
    return ContainerJob(
        stack,
        name,
        image=image,
        queue=platform.queue,
        vcpus=vcpus,
        memory=Size.gibibytes(2 * vcpus),
        command=[name.lower(), "Ref::sample"],
        required_parameters=["sample"],
        timeout=Duration.hours(6),
        retries=retries,
    )


sample = {"sample": "$.sample"}
align = job("Align", vcpus=8)
small = BatchStep(align, name="Align at once", parameters=sample)
large = ArrayStep(align, name="Align in parts", size="$.parts", parameters=sample)
aligned = Choice("Large?").when(When.greater_than("$.gigabytes", 50), large).otherwise(small)

# A caller that crashes now and then is tried again after any failure, not only after interruptions.
variants = BatchStep(job("Variants", vcpus=4, retries=RetryStrategy.always(attempts=2)), parameters=sample)
quality = BatchStep(job("Quality", vcpus=1), parameters=sample)
analyses = Parallel(variants, quality, name="Analyses")

clean_up = BatchStep(job("CleanUp", vcpus=1), parameters=sample)
steps = (aligned >> analyses).catch(clean_up >> Fail("Not analysed", error="Genomes.Failed", cause="See $.error"))
Pipeline(stack, "Run", steps=steps, timeout=Duration.days(2)).notify(platform.topic, on=["FAILED", "TIMED_OUT"])
app.synth()
