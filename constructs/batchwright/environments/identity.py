"""Ids of environments: another one for what AWS can change in no environment that exists."""

from __future__ import annotations

from typing import Final

PLAIN: Final = "Resource"


def resource_id(**traits: bool) -> str:
    """Name the environment resource below its construct, by its traits that can never change.

    With another id, CloudFormation makes a new environment, turns the queues to it and deletes the old one, where an
    update would fail and roll the stack back.
    """
    return PLAIN + "".join(name for name, held in traits.items() if held)
