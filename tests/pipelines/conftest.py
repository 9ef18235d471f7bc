from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import aws_lambda as lambda_
from support.interpreter import Interpreter
from support.pipelines import FakeJob, definition
from support.synthesis import new_stack

from batchwright.pipelines.pipeline import Pipeline

if TYPE_CHECKING:
    import aws_cdk as cdk
    from support.pipelines import NewFunction, NewJob, Render


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


@pytest.fixture
def job(stack: cdk.Stack) -> FakeJob:
    return FakeJob(stack, "Embed")


@pytest.fixture
def new_job(stack: cdk.Stack) -> NewJob:
    return lambda name: FakeJob(stack, name)


@pytest.fixture
def new_function(stack: cdk.Stack) -> NewFunction:
    def make(name: str) -> lambda_.Function:
        code = lambda_.Code.from_inline("def handler(event, context): return event")
        return lambda_.Function(stack, name, runtime=lambda_.Runtime.PYTHON_3_13, handler="index.handler", code=code)

    return make


@pytest.fixture
def machine(stack: cdk.Stack) -> Render:
    """Renders steps as a pipeline and reads its definition."""
    return lambda steps: definition(Pipeline(stack, "Run", steps=steps))


@pytest.fixture
def interpreter(monkeypatch: pytest.MonkeyPatch) -> Interpreter:
    return Interpreter(monkeypatch)
