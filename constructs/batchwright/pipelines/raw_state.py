"""A state in Amazon States Language as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from batchwright.model import Problem, Problems
from batchwright.model.arguments import like_item_problems
from batchwright.model.problems import shown
from batchwright.pipelines.step import States, Step, go_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aws_cdk import aws_iam as iam

    from batchwright.pipelines.permissions import Site

_CATCHING: Final = frozenset({"Task", "Parallel", "Map"})
_ENDING: Final = frozenset({"Succeed", "Fail"})
_TYPES: Final = _CATCHING | _ENDING | {"Pass", "Wait"}


class RawState(Step):
    """Any state that the other steps do not make: another service's API, `Map`, `Wait`, JSONata.

    Args:
        name: The state's name.
        state: The state as Amazon States Language in JSONPath or, with `"QueryLanguage": "JSONata"`, in JSONata,
            without `Next` and `End`: what follows it in the pipeline comes next. Values may hold CDK tokens.
        policies: What the pipeline's role needs for it.
    """

    def __init__(self, name: str, state: Mapping[str, Any], *, policies: Sequence[iam.PolicyStatement] = ()) -> None:
        problems = Problems(f"RawState {shown(name)}")
        problems.check(
            isinstance(state, Mapping),
            field="state",
            value=state,
            allowed="a mapping, as Amazon States Language has it",
            fix='Use {"Type": "Wait", "Seconds": 60}.',
        )
        fix = "Use [iam.PolicyStatement(...)]."
        problems.extend(like_item_problems("policies", policies, "actions", kind="a statement", fix=fix))
        problems.raise_if_any()
        super().__init__(name)
        self._state = dict(state)
        self._policies = tuple(policies)

    @property
    def is_task(self) -> bool:
        """Whether the type of the state can catch errors."""
        return self._state.get("Type") in _CATCHING

    @property
    def policies(self) -> Sequence[iam.PolicyStatement]:
        """What the pipeline's role needs for it."""
        return self._policies

    def own_states(self, site: Site, then: str | None) -> States:
        """Give the state as it is, with what comes next."""
        del site
        return {self.name: self._state | ({} if self._state["Type"] in _ENDING else go_on(then))}

    def own_problems(self) -> Iterable[Problem]:
        """Find what does not fit into a chain."""
        kind = self._state.get("Type")
        if kind not in _TYPES:
            fix = "Use Choice and When.asl for a choice." if kind == "Choice" else "Correct the type."
            yield Problem(f"{self.name}.state['Type']", kind, ", ".join(sorted(_TYPES)), fix)
        for key in ("Next", "End"):
            if key in self._state:
                fix = f"Take {key} away and say what follows with >>."
                yield Problem(f"{self.name}.state[{key!r}]", self._state[key], "a state without Next and End", fix)
