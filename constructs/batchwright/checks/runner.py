"""Loading templates, and running rules over them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from batchwright.checks import rules
from batchwright.checks.errors import InputError
from batchwright.checks.finding import Finding
from batchwright.checks.system import System, link
from batchwright.checks.templates import read
from batchwright.model.problems import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from batchwright.checks.rule import Rule, Violation

_RULE_MODULE: Final = re.compile(r"bw\d{3}_\w+")


def load(sources: Iterable[Path | tuple[str, Mapping[str, Any]]]) -> System:
    """Read templates that belong together, and link their AWS Batch parts.

    Args:
        sources: Template files (JSON or YAML), folders with a cloud assembly such as `cdk.out` (with its stages, nested
            stacks and exports), or pairs of a name and a template in memory.

    Raises:
        InputError: One of them cannot be read, or is no template; its text is one line.
    """
    return link(read(sources))


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by id."""
    modules = [module.name for module in pkgutil.iter_modules(rules.__path__) if _RULE_MODULE.fullmatch(module.name)]
    found: list[Rule] = [importlib.import_module(f"{rules.__name__}.{name}").RULE for name in modules]
    return tuple(sorted(found, key=lambda rule: rule.id))


def run(system: System, *, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Finding]:
    """Run rules over a system.

    Args:
        system: What `load` gives.
        select: Ids of the rules to run, or how they begin (`BW3`); all when empty.
        ignore: Ids of rules to leave out, or how they begin.

    Returns:
        What they found, sorted by template, resource and rule; each once.

    Raises:
        InputError: There is no rule with such an id.
    """
    chosen = _chosen(select) if select else frozenset(rule.id for rule in all_rules())
    chosen -= _chosen(ignore)
    found = {_finding(rule, violation) for rule in all_rules() if rule.id in chosen for violation in rule.check(system)}
    return sorted(found, key=lambda each: (each.template, each.resource, each.rule, each.path, each.message))


def _chosen(ids: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    for wanted in ids:
        matching = {rule.id for rule in all_rules() if wanted and rule.id.startswith(wanted.upper())}
        if not matching:
            known = f"{all_rules()[0].id} to {all_rules()[-1].id}"
            raise InputError(f"rule {wanted!r}", "there is no such rule", f"Rules are {known}, or how they begin: BW3.")
        found |= matching
    return frozenset(found)


def _finding(rule: Rule, violation: Violation) -> Finding:
    resource, problem = violation.resource, violation.problem
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        template=resource.template,
        resource=resource.logical_id,
        construct=resource.construct,
        path=violation.path,
        message=f"{problem.field} = {shown(problem.value)}: allowed is {problem.allowed}.",
        fix=problem.fix,
        source=rule.source,
    )
