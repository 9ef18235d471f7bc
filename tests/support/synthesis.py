"""Synthesizes a stack for a test and reads its template as plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk


@dataclass(frozen=True)
class Template:
    """A synthesized template with the few questions that tests ask."""

    body: dict[str, Any]

    @property
    def resources(self) -> dict[str, Any]:
        return self.body.get("Resources", {})

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """Properties of all resources of a type, by logical id."""
        return {
            logical_id: resource.get("Properties", {})
            for logical_id, resource in self.resources.items()
            if resource["Type"] == resource_type
        }

    def only(self, resource_type: str) -> dict[str, Any]:
        """Properties of the one resource of a type."""
        found = self.of_type(resource_type)
        assert len(found) == 1, f"{len(found)} resources of type {resource_type}: {sorted(found)}"
        return next(iter(found.values()))

    def raw(self, resource_type: str) -> list[dict[str, Any]]:
        """Whole resources of a type, with DependsOn, policies and metadata."""
        return [resource for resource in self.resources.values() if resource["Type"] == resource_type]


def synthesize(stack: cdk.Stack) -> Template:
    """Synthesize the stack's app and read the stack's template."""
    app = stack.node.root
    assert isinstance(app, cdk.App)
    directory = Path(app.synth(force=True).directory)
    return Template(json.loads((directory / stack.template_file).read_text()))


def new_stack(name: str = "Stack", *, account: str | None = None, region: str | None = None) -> cdk.Stack:
    """Make a stack in an app of its own."""
    app = cdk.App(context={"@aws-cdk/aws-iam:minimizePolicies": True}, analytics_reporting=False)
    return cdk.Stack(app, name, env=cdk.Environment(account=account, region=region))
