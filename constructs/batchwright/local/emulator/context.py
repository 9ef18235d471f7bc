"""What every hook is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.job_brake import JobBrake

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.events.chain import ChainGuard
    from batchwright.local.engine import BatchEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorContext:
    """The server as the hooks see it.

    Attributes:
        account: Account of everything in this server.
        region: Home region of the server.
        client: Makes a boto3 client of this server: service name and region.
        engine: Returns the Batch engine of a region.
        chain: Counts how far work was started by events of other work.
        brake: Counts the jobs of a minute.
    """

    account: str
    region: str
    client: Callable[..., Any]
    engine: Callable[[str], BatchEngine]
    chain: ChainGuard
    brake: JobBrake = field(default_factory=JobBrake)

    def batch(self, region: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Run an operation of AWS Batch.

        Raises:
            BatchError: the operation is refused, or too many jobs were submitted within a minute.
        """
        if operation == "SubmitJob":
            self.brake.admit(request)
        return self.engine(region).handle(operation, request)
