"""Spot capacity with On-Demand behind it, an array job and a job after it, and a message when the pipeline ends."""

from aws_cdk import App, Size, Stack
from aws_cdk import aws_ecr as ecr

from batchwright import ArrayStep, BatchPlatform, BatchStep, ContainerJob, Instances, JobImage, OnDemand, Pipeline, Spot

app = App()
stack = Stack(app, "Quickstart")
platform = BatchPlatform(stack, "Batch", capacity=[Spot(Instances.graviton()), OnDemand(Instances.graviton())])
repository = ecr.Repository.from_repository_name(stack, "Images", "genomes")
image = JobImage.from_repository(repository, tag="1.0", architecture="arm64")
align = ContainerJob(stack, "Align", image=image, queue=platform.queue, vcpus=4, memory=Size.gibibytes(8))
merge = ContainerJob(stack, "Merge", image=image, queue=platform.queue, vcpus=1, memory=Size.gibibytes(2))
Pipeline(stack, "Nightly", steps=ArrayStep(align, size=100) >> BatchStep(merge)).notify(platform.topic)
app.synth()
