"""Holds templates against CloudFormation's own resource schemas, which cfn-lint carries and knows how to read."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from cfnlint.api import lint
from cfnlint.core import get_rules

if TYPE_CHECKING:
    from cfnlint.rules import RulesCollection

_REGION: Final = "us-east-1"
# Left out: advice, as the question is what CloudFormation refuses; and state machines' definitions (E3601), where
# cfn-lint takes CloudFormation's own functions for wrong ARNs. `api_shapes` and the local AWS look at those.
_LEFT_OUT: Final = ["W", "I", "E3601"]


def schema_problems(template: dict[str, Any]) -> list[str]:
    """What CloudFormation would refuse of a whole template, a line each; nothing of a good one.

    Properties against the schemas of their resource types, formats, references and intrinsic functions. Loading the
    rules takes half a second, once a process; a template of one environment then takes 10 to 30 ms.
    """
    found = lint(json.dumps(template), rules=_rules(), regions=[_REGION])
    return [f"{'/'.join(map(str, match.path or []))}: {match.rule.id} {match.message}" for match in found]


@cache
def _rules() -> RulesCollection:
    return get_rules([], _LEFT_OUT, [], include_experimental=False)
