from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys

import pytest
from constructs import Construct

import batchwright
from batchwright.rooms import ROOMS

TREE = ast.parse(inspect.getsource(batchwright))


def type_checking_imports() -> dict[str, str]:
    """Names that a type checker sees, with the room each is imported from."""
    (block,) = [node for node in TREE.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    return {
        alias.name: (node.module or "").removeprefix("batchwright.")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_all_lists_agree() -> None:
    assert sorted(batchwright.__all__) == list(batchwright.__all__)
    assert set(batchwright.__all__) == ROOMS.keys()
    assert type_checking_imports() == ROOMS
    assert sorted(ROOMS) == list(ROOMS)


@pytest.mark.parametrize("name", batchwright.__all__)
def test_a_public_name_is_that_of_its_room(name: str) -> None:
    room = importlib.import_module(f"batchwright.{ROOMS[name]}")
    assert getattr(batchwright, name) is getattr(room, name)
    assert name in dir(batchwright)
    if hasattr(room, "__all__"):
        assert name in room.__all__


@pytest.mark.parametrize("name", batchwright.__all__)
def test_a_public_name_is_documented(name: str) -> None:
    public = getattr(batchwright, name)
    assert inspect.getdoc(public)
    if inspect.isclass(public) and issubclass(public, Construct):
        documented = (inspect.getdoc(public) or "").partition("Args:")[2]
        parameters = [
            parameter
            for parameter in inspect.signature(public.__init__).parameters.values()
            if parameter.name not in {"self", "scope", "construct_id"}
        ]
        for parameter in parameters:
            assert parameter.kind is inspect.Parameter.KEYWORD_ONLY, f"{name}({parameter.name})"
            assert f"{parameter.name}: " in documented, f"{name} says nothing of {parameter.name}"


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = batchwright.Nothing


@pytest.mark.parametrize("statement", ["import batchwright", "from batchwright import Requirements, Problem"])
def test_the_package_starts_without_the_cdk(statement: str) -> None:
    heavy = ("jsii", "aws_cdk", "boto3", "ministack")
    program = f"{statement}\nimport sys\nprint([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.strip() == "[]"
