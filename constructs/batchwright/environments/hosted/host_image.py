"""The machine image of hosts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_ec2 as ec2

from batchwright.model import Problem, Problems
from batchwright.model.arguments import like_problems
from batchwright.model.host_arguments import is_text
from batchwright.model.host_images import blocked_image_problems, host_image_type_problems
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

_AMI: Final = re.compile(r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17})")
# Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
_NEURON_PARAMETER: Final = "/aws/service/ecs/optimized-ami/amazon-linux-2023/neuron/recommended/image_id"


@dataclass(frozen=True, slots=True)
class HostImage:
    """A machine image of hosts; made by one of its presets.

    Attributes:
        image_type: Which of an environment's instances it is for: `ECS_AL2023` for those without NVIDIA GPUs,
            `ECS_AL2023_NVIDIA` for those with. None where the environment's instances tell.
        image: The image itself; None for the newest that Batch has of the type.
    """

    image_type: str | None = None
    image: str | ec2.IMachineImage | None = None

    @classmethod
    def newest(cls, image_type: str) -> HostImage:
        """Take Batch's newest image of a type: `ECS_AL2023` or `ECS_AL2023_NVIDIA`, the defaults."""
        return cls(image_type=image_type)

    @classmethod
    def ami(cls, image_id: str, *, image_type: str | None = None) -> HostImage:
        """Take one image and no other. It must have Docker and the ECS agent, and be of the instances' architecture."""
        return cls(image_type=image_type, image=image_id)

    @classmethod
    def parameter(cls, name: str, *, image_type: str | None = None) -> HostImage:
        """Take the image that an SSM parameter names when the stack is deployed.

        It is looked up once a deployment, not at each launch, so that many hosts can start at a time.

        Raises:
            ConfigurationError: The name is empty, or no text.
        """
        found = Problems("HostImage.parameter")
        # The CDK must see whether the name has a path, to name the parameter in the role's policy.
        is_name = is_text(name) and bool(name.strip()) and not is_token(name)
        fix = "Use one like '/my-team/images/batch'."
        found.check(is_name, field="name", value=name, allowed="the name of an SSM parameter, known now", fix=fix)
        found.raise_if_any()
        return cls(image_type=image_type, image=ec2.MachineImage.from_ssm_parameter(name))

    @classmethod
    def machine_image(cls, image: ec2.IMachineImage, *, image_type: str | None = None) -> HostImage:
        """Take an image that the CDK finds, such as `ec2.MachineImage.lookup(...)`."""
        return cls(image_type=image_type, image=image)

    @classmethod
    def neuron(cls) -> HostImage:
        """Take the ECS image with the Neuron driver, for Inferentia and Trainium; the default on such instances."""
        return cls.parameter(_NEURON_PARAMETER, image_type="ECS_AL2023")

    @property
    def is_fixed(self) -> bool:
        """Whether it is one image, not the newest of a type."""
        return self.image is not None

    def image_id(self, scope: Construct) -> str | None:
        """Tell the image's id; None for the newest of a type."""
        if self.image is None or isinstance(self.image, str):
            return self.image
        return self.image.get_image(scope).image_id

    def problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse."""
        found: list[Problem] = []
        if self.image_type is not None or self.image is None:
            found.extend(host_image_type_problems(self.image_type))
        if self.image_type and not self.is_fixed and not found:
            found.extend(blocked_image_problems(self.image_type))
        if isinstance(self.image, str):
            if not is_token(self.image) and not _AMI.fullmatch(self.image):
                fix = "Copy it from the console, or use HostImage.parameter(...) for the name of a parameter."
                found.append(Problem("image", self.image, "the id of an image, such as ami-0123456789abcdef0", fix))
        else:
            fix = "Use HostImage.ami('ami-...') or HostImage.machine_image(ec2.MachineImage.lookup(...))."
            found.extend(like_problems("image", self.image, "get_image", kind="an image of the CDK", fix=fix))
        return found
