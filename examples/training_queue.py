"""Eight GPU instances that two teams train on with SageMaker: each has its own, and may use what the other leaves."""

from aws_cdk import App, Stack
from aws_cdk import aws_iam as iam

from batchwright import QuotaShare, ServiceEnvironment, Sharing, TrainingQueue

app = App()
stack = Stack(app, "Training")
machines = ServiceEnvironment(stack, "Machines", instances={"ml.g6.12xlarge": 8})
queue = TrainingQueue(
    stack,
    "Queue",
    environment=machines,
    quota_shares=[
        QuotaShare(name="vision", instances={"ml.g6.12xlarge": 5}, sharing=Sharing.LEND_AND_BORROW),
        QuotaShare(name="speech", instances={"ml.g6.12xlarge": 3}, sharing=Sharing.LEND_AND_BORROW),
    ],
)
queue.grant_submit(iam.Role.from_role_name(stack, "Researchers", "researchers"))
app.synth()
