"""The short start: network, environments, queue and notifications in one construct."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from constructs import Construct

from batchwright.environments.offers import Fargate, OnDemand, Spot
from batchwright.model import Problems
from batchwright.model.arguments import kind_problems
from batchwright.network import Network
from batchwright.notifications import JobStateNotifier
from batchwright.queues import JobQueue
from batchwright.tokens import where

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_sns as sns

    from batchwright.contracts import ComputeEnvironment

_OFFERS: Final = (Spot, OnDemand, Fargate)


class BatchPlatform(Construct):
    """Everything jobs need around them, with defaults that hold.

    A network with the endpoints that Batch needs and no NAT gateway, Spot capacity with On-Demand behind it, a queue
    that cancels what can never start, and a topic that hears of every job that fails for good.

    Each part is an attribute, and each can be built alone for more options.

    Args:
        scope: The parent.
        construct_id: The id below it.
        capacity: One to three of `Spot`, `OnDemand` and `Fargate`, tried in this order: Spot, then On-Demand, of
            x86-64 instances by default.
        vpc: An existing VPC; a `Network` without a way to the internet is made when left out. Images from a public
            registry need one: `vpc=Network(self, "Network", egress=Egress.NAT).vpc`.
        topic: An existing topic for the notifications; an encrypted one is made when left out.

    Raises:
        ConfigurationError: A mix of capacities that AWS refuses, or a number outside its range.

    Attributes:
        network: The network made here; None with an existing VPC.
        vpc: The VPC.
        environments: The compute environments, in their order.
        queue: The job queue.
        notifier: The rule that reports failed jobs.
        topic: Where it reports them; pipelines can report there too (`Pipeline.notify`). Nobody hears of it before
            somebody subscribes: `platform.topic.add_subscription(EmailSubscription("me@example.org"))`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        capacity: Sequence[Spot | OnDemand | Fargate] | None = None,
        vpc: ec2.IVpc | None = None,
        topic: sns.ITopic | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        problems.check(
            not isinstance(vpc, Network), field="vpc", value=vpc, allowed="an ec2.IVpc", fix="Use the network's .vpc."
        )
        if problems.check(
            capacity is None or isinstance(capacity, Sequence),
            field="capacity",
            value=capacity,
            allowed="a list",
            fix=f"Use [{capacity!r}].",
        ):
            for offer in capacity or ():
                problems.extend(kind_problems("capacity", offer, _OFFERS, fix="Use [Spot(...), OnDemand(...)]."))
        problems.raise_if_any()
        offers = (Spot(), OnDemand()) if capacity is None else tuple(capacity)
        self.network = None if vpc else Network(self, "Network")
        self.vpc: ec2.IVpc = vpc or self.network.vpc  # type: ignore[union-attr]
        self.environments: tuple[ComputeEnvironment, ...] = tuple(
            offer.build(self, f"{type(offer).__name__}{number}", vpc=self.vpc)
            for number, offer in enumerate(offers, start=1)
        )
        self.queue = JobQueue(self, "Queue", environments=self.environments)
        self.notifier = JobStateNotifier(self, "Notifier", queues=[self.queue], topic=topic)
        self.topic: sns.ITopic = self.notifier.topic
