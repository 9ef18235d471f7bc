"""The deployed stack as the demo uses it: its outputs and the clients to reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tools.demo.errors import DemoError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NAME: Final = "ImageEmbeddings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What stacks/embeddings.py made.

    Attributes:
        bucket: Name of the bucket.
        table: Name of the table.
        state_machine: ARN of the state machine.
        topic: ARN of the topic.
        client: Makes a boto3 client of a service.
    """

    bucket: str
    table: str
    state_machine: str
    topic: str
    client: Callable[[str], Any]

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Mapping[str, str]], *, client: Callable[[str], Any]) -> Stack:
        """Read the outputs of a deployment.

        Raises:
            DemoError: the app has no such stack, or the stack lacks an output.
        """
        own = outputs.get(NAME, {})
        missing = [one for one in ("BucketName", "TableName", "StateMachineArn", "TopicArn") if one not in own]
        if missing:
            raise DemoError(
                f"The app's stacks are {', '.join(outputs) or 'none'}; {NAME} has no output {', '.join(missing)}.",
                fix="The demo runs the stack of stacks/embeddings.py: put it into app.py again.",
            )
        return cls(
            bucket=own["BucketName"],
            table=own["TableName"],
            state_machine=own["StateMachineArn"],
            topic=own["TopicArn"],
            client=client,
        )
