"""A queue that two teams share three to one, and a message when a job blocks it or jobs wait for an hour."""

from aws_cdk import App, Size, Stack
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events_targets as targets

from batchwright import (
    BatchStep,
    ContainerJob,
    FairShare,
    ImageRepository,
    JobImage,
    Network,
    NotificationTopic,
    Pipeline,
    Share,
    SpotThenOnDemand,
    SubmitOptions,
    TimeLimits,
)

app = App()
stack = Stack(app, "Shared")
capacity = SpotThenOnDemand(
    stack,
    "Capacity",
    vpc=Network(stack, "Network").vpc,
    fair_share=FairShare([Share("research", relative=3), Share("production")]),
    time_limits=TimeLimits(capacity_seconds=8 * 3_600),
)
queue = capacity.queue
render = ContainerJob(
    stack,
    "Render",
    image=JobImage.from_repository(ImageRepository(stack, "Images"), tag="4.1"),
    queue=queue,
    vcpus=8,
    memory=Size.gibibytes(30),
    scheduling_priority=10,
)
Pipeline(stack, "Nightly", steps=BatchStep(render, options=SubmitOptions(share_identifier="production")))

topic = NotificationTopic(stack, "Topic").add_email("batch@example.com").topic
queue.on_blocked("Blocked", target=targets.SnsTopic(topic))
waiting = queue.metric_waiting_time().create_alarm(stack, "Waiting", threshold=3_600_000, evaluation_periods=1)
waiting.add_alarm_action(actions.SnsAction(topic))
app.synth()
