"""Hosts that are ready when people come, none at night, and less capacity when the month gets too expensive."""

from aws_cdk import App, Stack, TimeZone
from aws_cdk import aws_cloudwatch_actions as actions

from batchwright import (
    CapacityBudget,
    CapacityChange,
    CapacitySchedule,
    Ec2Environment,
    HostOptions,
    JobQueue,
    Network,
    NotificationTopic,
)

app = App()
stack = Stack(app, "Office")
environment = Ec2Environment(
    stack,
    "Environment",
    vpc=Network(stack, "Network").vpc,
    max_vcpus=512,
    hosts=HostOptions(tags={"team": "vision"}),
)
JobQueue(stack, "Queue", environments=[environment])
CapacitySchedule(
    stack,
    "Hours",
    environment=environment,
    changes=[
        CapacityChange(at="cron(45 7 ? * MON-FRI *)", min_vcpus=32),
        CapacityChange(at="cron(0 18 ? * MON-FRI *)", min_vcpus=0),
    ],
    time_zone=TimeZone.EUROPE_BERLIN,
)
# Above an even pace the environment may grow to less, with nothing left of the budget to 32 vCPUs.
budget = CapacityBudget(
    stack,
    "Budget",
    environment=environment,
    monthly_budget_usd=2_000,
    tag_key="team",
    tag_value="vision",
    reduced_vcpus=32,
)
budget.alarm.add_alarm_action(actions.SnsAction(NotificationTopic(stack, "Topic").topic))
app.synth()
