"""Counts the words of books: one child of an array job for each book, then one job that adds the counts up."""

from pathlib import Path

from aws_cdk import App, CfnOutput, Size, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from batchwright import ArrayStep, BatchPlatform, BatchStep, ContainerJob, Fargate, JobImage, Pipeline


class WordCount(Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        bucket = s3.Bucket(self, "Books", enforce_ssl=True, encryption=s3.BucketEncryption.S3_MANAGED)
        platform = BatchPlatform(self, "Batch", capacity=[Fargate(spot=True), Fargate()])
        image = JobImage.from_folder(self, "Image", Path(__file__).with_name("count"))

        def job(name: str, program: str) -> ContainerJob:
            return ContainerJob(
                self,
                name,
                image=image,
                queue=platform.queue,
                command=[program],
                environment={"BUCKET": bucket.bucket_name},
                vcpus=0.25,
                memory=Size.mebibytes(512),
            )

        count, total = job("Count", "count"), job("Total", "total")
        bucket.grant_read(count, "books/*")
        bucket.grant_put(count, "counts/*")
        bucket.grant_read(total, "counts/*")
        bucket.grant_put(total, "total.json")

        steps = ArrayStep(count, size="$.books") >> BatchStep(total)
        pipeline = Pipeline(self, "Pipeline", steps=steps).notify(platform.topic, on=["FAILED", "TIMED_OUT"])
        CfnOutput(self, "Bucket", value=bucket.bucket_name)
        CfnOutput(self, "StateMachine", value=pipeline.state_machine_arn)


if __name__ == "__main__":
    app = App()
    WordCount(app, "WordCount")
    app.synth()
