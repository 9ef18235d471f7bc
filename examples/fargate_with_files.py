"""A report on Fargate that reads a shared file system and a password, and keeps neither in its image."""

from aws_cdk import App, Size, Stack
from aws_cdk import aws_efs as efs
from aws_cdk import aws_secretsmanager as secretsmanager

from batchwright import (
    ContainerJob,
    EfsVolume,
    FargateEnvironment,
    ImageRepository,
    JobImage,
    JobQueue,
    JobSecret,
    Mount,
    Network,
    Platform,
    ScratchVolume,
)

app = App()
stack = Stack(app, "Reports")
vpc = Network(stack, "Network", endpoints_for=[Platform.FARGATE]).vpc
fargate = FargateEnvironment(stack, "Fargate", vpc=vpc)

files = efs.FileSystem(stack, "Files", vpc=vpc, encrypted=True)
files.connections.allow_default_port_from(fargate)
folder = files.add_access_point("Reports", path="/reports", posix_user=efs.PosixUser(uid="1000", gid="1000"))
database = secretsmanager.Secret.from_secret_name_v2(stack, "Database", "reports/database")

ContainerJob(
    stack,
    "Report",
    image=JobImage.from_repository(ImageRepository(stack, "Images"), tag="3"),
    queue=JobQueue(stack, "Queue", environments=[fargate]),
    vcpus=2,
    memory=Size.gibibytes(8),
    secrets={"DATABASE_PASSWORD": JobSecret.from_secrets_manager(database, field="password")},
    mounts=[
        Mount(EfsVolume(file_system=files, access_point=folder), "/reports", read_only=True),
        Mount(ScratchVolume(), "/scratch"),
    ],
    ephemeral_storage=Size.gibibytes(100),
)
app.synth()
