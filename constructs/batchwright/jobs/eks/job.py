"""A job on Amazon EKS."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from aws_cdk import Annotations
from constructs import Construct

from batchwright.contracts import Queue
from batchwright.jobs.definition import DefinitionOptions, make_definition
from batchwright.jobs.eks.container import PodContainer
from batchwright.jobs.eks.pod import Pod
from batchwright.jobs.eks.render import complete_pod, render_pod
from batchwright.jobs.registries import registries_problems, warn_of_registries
from batchwright.jobs.units import payload_problems
from batchwright.model import Platform, Problem, Problems, Requirements
from batchwright.model.arguments import required_problems
from batchwright.model.fit import (
    architecture_fit_problems,
    gpu_fit_problems,
    memory_fit_problems,
    together_fit_problems,
    vcpu_fit_problems,
)
from batchwright.places import place_problems
from batchwright.tokens import is_token, where

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_iam as iam

    from batchwright.jobs.consumable_resource import Consumable
    from batchwright.jobs.retries import RetryStrategy
    from batchwright.model.job_shapes import TaskShape

NAMESPACE_WARNING: Final = "batchwright:namespaceOfAnotherEnvironment"


class EksJob(Construct):
    """A job definition that runs a pod on Amazon EKS, and the queue it runs on.

    A pod of one container is written as that container:

        EksJob(self, "Embed", queue=queue, pod=PodContainer(image=image, vcpus=4, memory=Size.gibibytes(8)))

    What Batch does elsewhere, the cluster does here: permissions of the program come from the pod's service account,
    images are pulled by the node's role or with a pull secret, and output is collected by the cluster's log agent
    (Fluent Bit, for example), as Batch sends none to CloudWatch. Tags are not passed on to pods; labels are.

    Failures that are not the program's fault are retried, and each attempt is bounded in time.

    Args:
        scope: The parent.
        construct_id: The id below it.
        pod: What runs: a `Pod`, or a `PodContainer` for a pod of it alone.
        queue: Where it runs: a queue over EKS environments. Checked against size and architecture.
        parameters: Defaults for `Ref::name` in the containers' commands and arguments; a submission may give others.
        required_parameters: Names of `Ref::name` that have no default, because each submission gives them. Batch would
            not refuse one that is missing: the program gets the text `Ref::name`.
        retries: When to try again; `RetryStrategy.interruptions()` by default.
        timeout: How long one attempt may take, a minute or more; 24 hours by default.
        consumable_resources: What one job holds while it runs, and how much of it: `{licenses: 1}`.
        scheduling_priority: 0 to 9999; needed on a queue with a fair-share policy.

    Raises:
        ConfigurationError: Something that AWS would refuse, or that would wait for ever; all of it at once.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        pod: Pod | PodContainer,
        queue: Queue,
        parameters: Mapping[str, str] | None = None,
        required_parameters: Sequence[str] = (),
        retries: RetryStrategy | None = None,
        timeout: Duration | None = None,
        consumable_resources: Mapping[Consumable, int] | None = None,
        scheduling_priority: int | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        options = DefinitionOptions(
            parameters={} if parameters is None else parameters,
            required_parameters=required_parameters,
            retries=retries,
            timeout=timeout,
            scheduling_priority=scheduling_priority,
            consumable_resources={} if consumable_resources is None else consumable_resources,
        )
        problems = Problems(where(self))
        problems.extend([*_kind_problems(pod, queue), *options.kind_problems()])
        problems.raise_if_any()
        self._label = construct_id
        self._pod = Pod(containers=(pod,)) if isinstance(pod, PodContainer) else pod
        found = pod.problems("pod")
        problems.extend(found)
        problems.extend(options.problems(queue, command=() if found else self._pod.words))
        # What a wrong pod asks for is not compared with the queue.
        problems.extend([*_queue_problems(queue, None if found else self._pod), *place_problems("queue", scope, queue)])
        problems.raise_if_any()
        self._requirements = self._pod.requirements()
        self._parameters = dict(options.parameters)
        warn_of_namespace(self, self._pod, queue)
        warn_of_registries(self, self._pod.images("pod"), queue.capacities)
        self._definition = make_definition(
            self,
            options,
            queue=queue,
            # Neither a platform nor passed-on tags: Batch refuses both on EKS.
            platform=None,
            architecture=self._requirements.architecture,
            eks=render_pod(self._pod),
        )
        complete_pod(self._definition.resource, self._pod)

    @property
    def label(self) -> str:
        """What a step that runs it is called, unless it is named: the construct id."""
        return self._label

    @property
    def job_definition_arn(self) -> str:
        """ARN of the current revision. Earlier revisions stay active, so that pipelines under way go on."""
        return self._definition.arn

    @property
    def job_definition_name(self) -> str:
        """Name without the revision; submitting by it always takes the newest active revision."""
        return self._definition.name

    @cached_property
    def job_definition(self) -> batch.IJobDefinition:
        """The definition as CDK's own interface, for code that takes one."""
        return self._definition.interface(self)

    @property
    def resource(self) -> batch.CfnJobDefinition:
        """The L1 resource, for properties that this construct does not cover."""
        return self._definition.resource

    @property
    def queue(self) -> Queue:
        """Where it runs unless a submission says otherwise."""
        return self._definition.queue

    @property
    def pod(self) -> Pod:
        """What runs."""
        return self._pod

    @property
    def command(self) -> Sequence[str]:
        """What the first container runs: its command, when it has one, and its arguments."""
        main = self._pod.containers[0]
        return (*main.command, *main.args)

    @property
    def shape(self) -> TaskShape:
        """Its containers, by whose names a submission changes them."""
        return self._pod.shape

    @property
    def parameters(self) -> Mapping[str, str]:
        """Defaults for the `Ref::` placeholders of the containers."""
        return self._parameters

    @property
    def requirements(self) -> Requirements:
        """What one attempt needs: all containers together, or the greatest init container if that needs more."""
        return self._requirements

    def grant_submit(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow submitting every revision of this job to its queue.

        Every revision: a deployment between two submissions makes a new one, and the caller must not lose its right.
        """
        return self._definition.grant_submit(grantee)


def warn_of_namespace(scope: Construct, pod: Pod, queue: Queue, *, field: str = "pod") -> None:
    """Warn of a namespace in which no environment of the queue places pods: it works with the same RBAC only.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksMetadata.html (namespace)
    """
    wanted, theirs = pod.namespace, {each.namespace for each in queue.capacities}
    if wanted is None or is_token(wanted) or wanted in theirs or any(is_token(each) for each in theirs):
        return
    names = ", ".join(sorted(each for each in theirs if each)) or "none"
    Annotations.of(scope).add_warning_v2(
        NAMESPACE_WARNING,
        f"{field}.namespace is {wanted!r}, the queue's environments place pods in {names}: pods start in another "
        "namespace only when it has the same RBAC roles and bindings. Leave it out, or add those.",
    )


def _kind_problems(pod: object, queue: object) -> Iterable[Problem]:
    if not isinstance(pod, Pod | PodContainer):
        fix = "Use PodContainer(image=..., vcpus=1, memory=Size.gibibytes(2)), or Pod(containers=[...])."
        yield Problem("pod", pod, "a Pod or a PodContainer", fix)
    yield from required_problems("queue", queue, Queue, fix="Use a JobQueue over EKS environments.")


def _queue_problems(queue: Queue, pod: Pod | None) -> Iterable[Problem]:
    if queue.platform is not Platform.EKS:
        fix = "Use a queue over EKS environments, or a ContainerJob."
        yield Problem("queue", f"a queue on {queue.platform}", "queues on EKS", fix)
        return
    if pod is None:
        return
    needs, capacities = pod.requirements(), queue.capacities
    yield from vcpu_fit_problems(needs.vcpus, capacities)
    yield from memory_fit_problems(needs.memory_mib, capacities)
    yield from gpu_fit_problems(needs.gpus, capacities)
    yield from together_fit_problems(
        vcpus=needs.vcpus, memory_mib=needs.memory_mib, gpus=needs.gpus, capacities=capacities
    )
    yield from architecture_fit_problems(needs.architecture, capacities)
    yield from registries_problems(pod.images("pod"), capacities)
    yield from payload_problems(pod.texts)
