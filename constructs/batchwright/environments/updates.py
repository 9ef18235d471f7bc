"""How an environment takes a change that needs other hosts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.environments.durations import whole_minutes
from batchwright.model import Problem
from batchwright.model.arguments import kind_problems, required_problems
from batchwright.model.environment_updates import update_timeout_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    import aws_cdk as cdk


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """What happens to hosts and running jobs when a change of an environment needs other hosts.

    By default AWS replaces the hosts one by one and the environment stays: running jobs may go on for half an hour,
    then they are stopped and tried again. `docs/updates.md` says which change needs what.

    Attributes:
        timeout: How long running jobs may go on, 1 to 7,200 whole minutes; 30 minutes by default, as AWS has it.
        terminate_jobs: Whether to stop running jobs at once instead.
        replace: Whether CloudFormation puts a new environment in the place of the old one instead: it makes the new
            one, turns the queues to it, then deletes the old one with what still runs there. The way for the `BEST_FIT`
            strategy and for a service role of your own, with which AWS updates nothing in place.
        latest_image: Whether such an update also takes Batch's newest machine image. By default it does, unless the
            image is fixed.
    """

    timeout: cdk.Duration | None = None
    terminate_jobs: bool = False
    replace: bool = False
    latest_image: bool | None = None

    def problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse or ignore."""
        fix = "Use True or False."
        found = [
            *whole_minutes("updates.timeout", self.timeout, update_timeout_problems),
            *required_problems("updates.terminate_jobs", self.terminate_jobs, bool, fix=fix),
            *required_problems("updates.replace", self.replace, bool, fix=fix),
            *kind_problems("updates.latest_image", self.latest_image, bool, fix=fix),
        ]
        if found or not self.replace:
            return found
        time = None if self.timeout is None else self.timeout.to_human_string()
        for name, value in (("timeout", time), ("terminate_jobs", self.terminate_jobs or None)):
            if value is not None:
                allowed = "nothing together with replace: no host is replaced in place then"
                found.append(Problem(f"updates.{name}", value, allowed, "Leave one of the two out."))
        return found
