"""The short start: network, environments, queue and notifications in one construct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from constructs import Construct

from batchwright.environments.offers import Fargate, OnDemand, Spot, offer_ids
from batchwright.model import ConfigurationError, Platform, Problem, Problems
from batchwright.model.arguments import like_problems
from batchwright.network.vpc import Network
from batchwright.notifications.job_state import JobStateNotifier
from batchwright.queues.job_queue import JobQueue
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
        vpc: An existing VPC; a `Network` without a way to the internet is made when left out, with the endpoints that
            the capacity needs: fewer for Fargate alone. Images from a public registry need a way:
            `vpc=Network(self, "Network", egress=Egress.NAT).vpc`.
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
        self._batchwright_scope = scope
        problems = Problems(where(self))
        if problems.check(
            not isinstance(vpc, Network), field="vpc", value=vpc, allowed="an ec2.IVpc", fix="Use the network's .vpc."
        ):
            fix = "Use a Network's .vpc, or ec2.Vpc.from_lookup(...)."
            problems.extend(like_problems("vpc", vpc, "vpc_id", kind="an ec2.IVpc", fix=fix))
        problems.extend(like_problems("topic", topic, "topic_arn", kind="an sns.ITopic", fix="Use sns.Topic(...)."))
        problems.extend(_capacity_problems(capacity))
        problems.raise_if_any()
        offers = (Spot(), OnDemand()) if capacity is None else tuple(capacity)
        self.network = None if vpc else Network(self, "Network", endpoints_for=_platforms(offers))
        self.vpc: ec2.IVpc = vpc or self.network.vpc  # type: ignore[union-attr]
        self.environments = self._build(offers, problems)
        self.queue = JobQueue(self, "Queue", environments=self.environments)
        self.notifier = JobStateNotifier(self, "Notifier", queues=[self.queue], topic=topic)
        self.topic: sns.ITopic = self.notifier.topic

    def _build(self, offers: Sequence[Spot | OnDemand | Fargate], problems: Problems) -> tuple[ComputeEnvironment, ...]:
        """Build all environments, so that what is wrong with each of them is told at once.

        Raises:
            ConfigurationError: AWS would refuse one.
        """
        built: list[ComputeEnvironment] = []
        for index, (offer, name) in enumerate(zip(offers, offer_ids(offers), strict=True)):
            try:
                built.append(offer.build(self, name, vpc=self.vpc))
            except ConfigurationError as error:
                problems.extend([replace(each, field=f"capacity[{index}].{each.field}") for each in error.problems])
        problems.raise_if_any()
        return tuple(built)


def _platforms(offers: Sequence[Spot | OnDemand | Fargate]) -> Sequence[Platform]:
    """What endpoints are for: those of hosts serve tasks on Fargate too, which need fewer."""
    return [Platform.FARGATE if all(isinstance(offer, Fargate) for offer in offers) else Platform.EC2]


def _capacity_problems(capacity: object) -> Sequence[Problem]:
    fix = "Use [Spot(...), OnDemand(...)]."
    if capacity is None:
        return []
    if not isinstance(capacity, Sequence) or isinstance(capacity, str):
        return [Problem("capacity", capacity, "a list", fix)]
    return [
        Problem(f"capacity[{index}]", offer, "a Spot, an OnDemand or a Fargate", fix)
        for index, offer in enumerate(capacity)
        if not isinstance(offer, _OFFERS)
    ]
