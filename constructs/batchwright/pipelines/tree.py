"""The steps of a pipeline as a whole: which are there, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from batchwright.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from batchwright.pipelines.step import State, Step

# Sources: https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html (names)
#          https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (request size)
MAX_NAME_LENGTH: Final = 80
MAX_DEFINITION_BYTES: Final = 1_000_000


def walk(root: Step) -> Iterator[Step]:
    """Visit every step once: a step before its children, in their order."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        step = waiting.pop()
        if id(step) not in seen:
            seen.add(id(step))
            yield step
            waiting.extend(reversed(step.children))


def tree_problems(root: Step) -> list[Problem]:
    """Find what is wrong with the steps: used twice, names, and what each finds about itself."""
    steps = list(walk(root))
    found = _reuse_problems(root, steps)
    found += _name_problems(steps)
    for step in steps:
        found += step.problems()
    return found


def unreachable_problems(machine: State) -> list[Problem]:
    """Find states of a rendered scope, and of the scopes inside it, to which no way leads."""
    states: Mapping[str, State] = machine["States"]
    reached: set[str] = set()
    waiting = [machine["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(successors(states[name]))
    fix = "Everything before it ends in Fail or Succeed: put the step before those, or take it away."
    allowed = "a step that can be reached"
    found = [Problem("steps", name, allowed, fix) for name in states if name not in reached]
    for state in states.values():
        for branch in state.get("Branches", ()):
            found += unreachable_problems(branch)
    return found


def successors(state: State) -> Iterator[str]:
    """List the states that may come after a state."""
    ways = [state, *state.get("Choices", ()), *state.get("Catch", ())]
    yield from (way["Next"] for way in ways if "Next" in way)
    if "Default" in state:
        yield state["Default"]


def _reuse_problems(root: Step, steps: Sequence[Step]) -> list[Problem]:
    uses = Counter(id(child) for step in steps for child in step.children)
    uses[id(root)] += 1
    fix = "Make a step object for each place, with a name= of its own."
    return [Problem("steps", step.name, "each step object in one place", fix) for step in steps if uses[id(step)] > 1]


def _name_problems(steps: Sequence[Step]) -> list[Problem]:
    given: list[object] = [name for step in steps for name in step.state_names]
    wrong = [name for name in given if not isinstance(name, str)]
    if wrong:
        return [Problem("name", name, "text", "Give the step such a name with name=.") for name in wrong]
    names = Counter(name for name in given if isinstance(name, str))
    found = [
        Problem("name", name, "a name that no other step has", "Give one of the steps another name=.")
        for name, count in names.items()
        if count > 1
    ]
    for name in names:
        if not name.strip() or len(name) > MAX_NAME_LENGTH:
            allowed = f"1 to {MAX_NAME_LENGTH} characters"
            found.append(Problem("name", name, allowed, "Give the step such a name with name=."))
    return found
