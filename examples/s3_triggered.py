"""Each upload below `incoming/` runs a job on Fargate Spot, with Fargate behind it, in a new VPC or in yours.

An existing VPC comes from the context, in cdk.json: {"vpc": {"id": "vpc-...", "zones": [...], "subnets": [...]}}.
"""

from aws_cdk import App, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3

from batchwright import (
    BatchPlatform,
    BatchStep,
    ContainerJob,
    Egress,
    Fargate,
    JobImage,
    Network,
    Pipeline,
    S3Trigger,
)

app = App()
stack = Stack(app, "Thumbnails")

known = app.node.try_get_context("vpc")
if known:
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id=known["id"], availability_zones=known["zones"], private_subnet_ids=known["subnets"]
    )
else:
    # The image comes from a public registry, outside AWS: these subnets need a way to the internet.
    vpc = Network(stack, "Network", egress=Egress.NAT).vpc

platform = BatchPlatform(stack, "Batch", capacity=[Fargate(spot=True), Fargate()], vpc=vpc)
bucket = s3.Bucket(
    stack,
    "Pictures",
    enforce_ssl=True,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    encryption=s3.BucketEncryption.S3_MANAGED,
)
shrink = ContainerJob(
    stack,
    "Shrink",
    image=JobImage.from_registry("public.ecr.aws/docker/library/python:3.13-slim"),
    queue=platform.queue,
    vcpus=0.5,
    memory=Size.gibibytes(1),
    environment={"BUCKET": bucket.bucket_name},
    command=["python", "-c", "import os; print('shrinking', os.environ['KEY'])"],
)
bucket.grant_read_write(shrink)

run = Pipeline(stack, "Run", steps=BatchStep(shrink, environment={"KEY": "$.key"})).notify(platform.topic)
S3Trigger(stack, "Upload", bucket=bucket, pipeline=run, prefix="incoming/")
app.synth()
