"""Any steps that are accepted make a state machine that Step Functions can walk."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchwright.model.job_shapes import ContainerPart, TaskForm, TaskShape
from batchwright.pipelines.array_step import ArrayStep
from batchwright.pipelines.batch_step import BatchStep
from batchwright.pipelines.choice import Choice
from batchwright.pipelines.conditions import When
from batchwright.pipelines.definition import to_definition
from batchwright.pipelines.fail import Fail
from batchwright.pipelines.parallel import Parallel
from batchwright.pipelines.pass_step import Pass
from batchwright.pipelines.permissions import Permission, Site, statements
from batchwright.pipelines.raw_state import RawState
from batchwright.pipelines.step import Step, result_key, scope
from batchwright.pipelines.succeed import Succeed
from batchwright.pipelines.tree import tree_problems, unreachable_problems, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

Tree: TypeAlias = str | tuple[str, Any]
SITE = Site("aws", "eu-west-1", "111122223333")
TERMINAL = {"Succeed", "Fail"}


class Queue:
    job_queue_arn = "arn:aws:batch:eu-west-1:111122223333:job-queue/q"
    fair_share = False


class Job:
    job_definition_arn = "arn:aws:batch:eu-west-1:111122223333:job-definition/j:1"
    job_definition_name = "j"
    queue = Queue()
    shape = TaskShape(TaskForm.CONTAINER, (ContainerPart("main"),))
    parameters: ClassVar[dict[str, str]] = {}


# A tree is drawn as plain data first and then built, so that every step gets a name of its own.
LEAVES = st.sampled_from(["batch", "array", "sized", "pass", "wait"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.just("chain"), st.lists(inner, min_size=2, max_size=4)),
        st.tuples(st.just("parallel"), st.lists(inner, min_size=1, max_size=4)),
        st.tuples(st.just("choice"), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("choice-otherwise"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("catch"), st.tuples(inner, st.one_of(inner, st.just("fail")))),
        st.tuples(st.just("early"), inner),
    ),
    max_leaves=12,
)


def build(tree: Tree, names: Iterator[int]) -> Step:
    name = f"S{next(names)}"
    if isinstance(tree, str):
        return leaf(tree, name)
    kind, inner = tree
    if kind == "early":
        return Choice(name).when(When.is_present("$.stop"), Succeed(f"{name} out")).otherwise(build(inner, names))
    parts = [build(part, names) for part in inner]
    if kind == "parallel":
        return Parallel(*parts, name=name)
    if kind == "catch":
        return parts[0].catch(parts[1]) if not parts[0].has_handlers else parts[0] >> parts[1]
    if kind == "chain":
        whole = parts[0]
        for part in parts[1:]:
            whole = whole >> part
        return whole
    return choice(kind, name, parts)


def choice(kind: str, name: str, parts: list[Step]) -> Step:
    made = Choice(name)
    last = parts.pop() if kind == "choice-otherwise" else None
    for number, part in enumerate(parts):
        made.when(When.equals("$.n", number), part)
    return made if last is None else made.otherwise(last)


def leaf(kind: str, name: str) -> Step:
    makers = {
        "batch": lambda: BatchStep(Job(), name=name, environment={"A": "$.a"}),
        "array": lambda: ArrayStep(Job(), name=name, size=5),
        "sized": lambda: ArrayStep(Job(), name=name, size="$.size"),
        "pass": lambda: Pass(name, values={"a": "$.a"}, result_path=f"$.{name}"),
        "wait": lambda: RawState(name, {"Type": "Wait", "Seconds": 1}),
        "fail": lambda: Fail(name, error="E", cause="C"),
    }
    return makers[kind]()


def check_scope(machine: dict[str, Any], names: list[str]) -> None:
    states = machine["States"]
    assert machine["StartAt"] in states
    names.extend(states)
    for name, state in states.items():
        nexts = [way["Next"] for way in [*state.get("Choices", []), *state.get("Catch", [])]]
        nexts += [state[key] for key in ("Next", "Default") if key in state]
        assert all(target in states for target in nexts), (name, nexts)
        goes_on = [key for key in ("Next", "End") if key in state]
        if state["Type"] in TERMINAL | {"Choice"}:
            assert goes_on == []
        else:
            assert len(goes_on) == 1
        if "Catch" in state:
            assert state["Type"] in {"Task", "Parallel", "Map"}
        for branch in state.get("Branches", []):
            check_scope(branch, names)


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_accepted_steps_make_a_sound_machine(tree: Tree) -> None:
    step = build(tree, count())
    assert tree_problems(step) == []
    machine = scope(step, SITE)
    assert unreachable_problems(machine) == []
    names: list[str] = []
    check_scope(machine, names)
    assert len(names) == len(set(names))
    assert set(names) <= {name for part in walk(step) for name in part.state_names}


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_the_same_tree_gives_the_same_text(tree: Tree) -> None:
    first, second = (to_definition(scope(build(tree, count()), SITE), known={}) for _ in range(2))
    assert first == second


@given(st.text(min_size=1, max_size=80))
def test_every_name_gives_a_key_that_a_path_can_hold(name: str) -> None:
    from batchwright.pipelines.paths import state_path_problems

    assert state_path_problems("x", f"$.{result_key(name)}") == []


@given(st.text(max_size=40))
def test_text_survives_the_definition(text: str) -> None:
    import json

    written = to_definition({"States": {"S": {"V": text}}}, known={})
    if not written.substitutions:
        assert json.loads(written.text)["States"]["S"]["V"] == text


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"))))
def test_merged_statements_allow_exactly_what_was_asked(pairs: list[tuple[str, str]]) -> None:
    merged = statements(Permission((action,), (resource,)) for action, resource in pairs)
    allowed = {(action, resource) for s in merged for action in s["Action"] for resource in s["Resource"]}
    assert allowed == set(pairs)
    assert len(merged) == len({action for action, _ in pairs})


def test_a_long_chain_renders() -> None:
    whole: Step = Pass("P0", values={})
    for number in range(1, 200):
        whole = whole >> Pass(f"P{number}", values={})
    assert len(scope(whole, SITE)["States"]) == 200


@pytest.mark.parametrize("depth", [30])
def test_deep_nesting_renders(depth: int) -> None:
    step: Step = Pass("Inner", values={})
    for number in range(depth):
        step = Parallel(step, name=f"P{number}")
    assert unreachable_problems(scope(step, SITE)) == []
