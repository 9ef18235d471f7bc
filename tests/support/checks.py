"""Rules tried on small templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.checks import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.checks import Rule, Violation
    from batchwright.checks.system import System


def system_of(*templates: Mapping[str, Any]) -> System:
    """Link templates of one application; they are named `template0`, `template1`, ..."""
    return load((f"template{number}", template) for number, template in enumerate(templates))


def violations(rule: Rule, *templates: Mapping[str, Any]) -> list[Violation]:
    """What a rule finds in templates of one application."""
    return list(rule.check(system_of(*templates)))
