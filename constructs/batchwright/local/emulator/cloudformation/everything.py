"""Installs all that CloudFormation is given here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.local.emulator.cloudformation import (
    batch,
    custom_resources,
    event_words,
    exports,
    judged,
    network,
    operations,
    recorded,
    repairs,
    templates,
)
from batchwright.local.emulator.cloudformation.registry import ResourceTypes

if TYPE_CHECKING:
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.iam.assumable import AssumableRoles
    from batchwright.local.emulator.ministack.guard import Hooks


def install(hooks: Hooks, context: EmulatorContext, roles: AssumableRoles) -> None:
    """Add resource types, and hook what reads templates and runs the operations on stacks."""
    types = ResourceTypes(hooks)
    for module in (batch, network, recorded, custom_resources):
        module.install(hooks, context, types)
    repairs.install(hooks, types)
    judged.install(hooks, types, roles)
    for module in (templates, exports, operations, event_words):
        module.install(hooks)
