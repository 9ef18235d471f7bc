"""BW507: images of registries on the internet are pulled where there is a way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule, Violation
from batchwright.checks.views.egress import Networks
from batchwright.checks.views.texts import flattened
from batchwright.model.container_images import public_registry, registry_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import Definition, Environment, System


def _check(system: System) -> Iterator[Violation]:
    pulling = [(each, images) for each in system.definitions if (images := _public_images(each))]
    networks = Networks(system) if pulling else None
    for definition, images in pulling:
        for queue in definition.queues:
            ways = [_internet(each, networks) for each in queue.environments]
            internet = ways if queue.complete else [*ways, None]
            for path, image in images.items():
                for problem in registry_problems(image, internet):
                    yield Violation(resource=definition.resource, path=path, problem=problem)


def _public_images(definition: Definition) -> dict[str, str]:
    """Images of registries on the internet, by where they are written."""
    found = {
        f"{each.path}.Image": each.image or flattened(each.properties.get("Image")) for each in definition.containers
    }
    return {path: image for path, image in found.items() if image and public_registry(image)}


def _internet(environment: Environment, networks: Networks | None) -> bool | None:
    """Whether an environment reaches the internet: known only where it does not."""
    around = networks.around(environment) if networks else None
    return False if around is not None and around.isolated else None


RULE: Final = Rule(
    id="BW507",
    severity=Severity.ERROR,
    title="Images of registries on the internet have a way to them",
    what=(
        "Images of Docker Hub, ECR Public, Quay, GitHub, GitLab, Kubernetes, Microsoft, NVIDIA and Red Hat in job "
        "definitions that are submitted to a queue all of whose environments lie in subnets without a way out. Silent "
        "on other registries, which may stand in the VPC, and wherever BW504 is silent on a network."
    ),
    why="No VPC endpoint leads to these registries: each attempt waits for the image, fails, and is tried again.",
    source="https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html",
    check=_check,
)
