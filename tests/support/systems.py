"""Everything that this repository synthesizes: samples of the constructs, stacks of the app, examples of the docs."""

from __future__ import annotations

import importlib
import inspect
import os
import runpy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import aws_cdk as cdk
from support.samples import SAMPLES, build_sample

ROOT = Path(__file__).resolve().parents[2]

System = Callable[[], cdk.App]
"""Builds an app of its own, not synthesized yet."""


def new_app() -> cdk.App:
    """Make an app as `cdk.json` would: with its context."""
    return cdk.App(context={"@aws-cdk/aws-iam:minimizePolicies": True}, analytics_reporting=False)


def systems() -> dict[str, System]:
    """All of them by name: `sample-queue-full`, `stack-ImageEmbeddings`, `example-quick_start`."""
    return {
        **{f"sample-{name}": _sample(name) for name in SAMPLES},
        **{f"stack-{stack.__name__}": _stack(stack) for stack in stack_classes()},
        **{f"example-{path.stem}": _example(path) for path in example_files()},
    }


def example_files(root: Path = ROOT) -> list[Path]:
    """The examples, each a script of its own."""
    return [path for path in sorted((root / "examples").glob("*.py")) if not path.name.startswith("_")]


def app_of_script(path: Path) -> cdk.App:
    """Run a script up to its `app.synth()` and take its app.

    A file that defines `build(app)` instead is called with a new app.
    """
    with mock.patch.object(cdk.App, "synth", return_value=None), _in_folder(path.parent):
        names = runpy.run_path(str(path), run_name="__main__")
    if "app" in names:
        app = names["app"]
        assert isinstance(app, cdk.App)
        return app
    app = new_app()
    names["build"](app)
    return app


def stacks_of(app: cdk.App) -> list[cdk.Stack]:
    """All stacks of an app."""
    return [node for node in app.node.find_all() if isinstance(node, cdk.Stack)]


@contextmanager
def _in_folder(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _sample(name: str) -> System:
    def build() -> cdk.App:
        app = new_app()
        build_sample(app, name)
        return app

    return build


def stack_classes() -> list[type[cdk.Stack]]:
    """The deployable stacks in `stacks/`."""
    modules = [
        importlib.import_module(f"stacks.{path.stem}")
        for path in sorted((ROOT / "stacks").glob("*.py"))
        if not path.name.startswith("_")
    ]
    return [
        member
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, cdk.Stack) and member.__module__ == module.__name__
    ]


def _stack(stack: type[cdk.Stack]) -> System:
    def build() -> cdk.App:
        app = new_app()
        stack(app, stack.__name__)
        return app

    return build


def _example(path: Path) -> System:
    return lambda: app_of_script(path)
