"""All stacks of an application: nested ones found, exports linked, resources worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.errors import InputError
from batchwright.checks.templates.documents import read_document
from batchwright.checks.templates.nesting import nested_in, nested_path
from batchwright.checks.templates.resource import Resource
from batchwright.checks.templates.scope import Scope
from batchwright.checks.templates.values import Unknown, text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from batchwright.checks.templates.document import Document
    from batchwright.checks.templates.values import Value

_MOST_STACKS: Final = 2_000
_NESTED: Final = frozenset({"AWS::CloudFormation::Stack", "AWS::Serverless::Application"})


class Application:
    """Stacks that may refer to each other."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.values = 0
        self._nested: dict[Path, Document] = {}
        self._exports: dict[str, list[tuple[Scope, str]]] | None = None

    def add(self, document: Document, parent: Scope | None = None, given: dict[str, object] | None = None) -> Scope:
        """Add a template, with the stacks nested in it.

        Raises:
            InputError: It is not a template.
        """
        if len(self.scopes) == _MOST_STACKS:
            raise InputError(document.name, f"more than {_MOST_STACKS} stacks", "Check what they nest.")
        scope = Scope(document, self, parent, given)
        self.scopes.append(scope)
        for logical_id, raw in _declared(document):
            scope.resources[logical_id] = _resource(document, logical_id, raw)
        for resource in list(scope.resources.values()):
            if resource.type in _NESTED:
                self._nest(scope, resource)
        return scope

    def _nest(self, scope: Scope, resource: Resource) -> None:
        properties = _raw(scope, resource.logical_id).get("Properties")
        if not isinstance(properties, dict):
            return
        location = scope.value(properties.get("TemplateURL", properties.get("Location")))
        path = nested_path(scope.document, resource, location)
        if path is None or path in {each.document.path for each in _ancestors(scope)}:
            return
        if path not in self._nested:
            self._nested[path] = read_document(path, name=str(path))
        document = nested_in(scope.document, self._nested[path])
        given = properties.get("Parameters")
        scope.nested[resource.logical_id] = self.add(document, scope, given if isinstance(given, dict) else {})

    def leave_out_nested(self) -> None:
        """Leave out templates that were given on their own and are nested in another one: it knows their parameters."""
        roots = {scope: _ancestors(scope)[-1] for scope in self.scopes}
        nesting: dict[Path, set[Scope]] = {}
        for scope, root in roots.items():
            if scope is not root and scope.document.path is not None:
                nesting.setdefault(scope.document.path, set()).add(root)
        left_out: set[Scope] = set()
        for scope, root in roots.items():
            if scope is root and scope.document.path is not None:
                others = nesting.get(scope.document.path, set()) - {scope} - left_out
                left_out |= {scope} if others else set()
        self.scopes = [scope for scope, root in roots.items() if root not in left_out]

    def exported(self, name: str, importer: Scope) -> Value:
        """What `Fn::ImportValue` of a name is, where a stack of the application exports it."""
        if self._exports is None:
            self._exports = {}
            for scope in self.scopes:
                for output, raw in scope.section("Outputs").items():
                    export = raw.get("Export") if isinstance(raw, dict) else None
                    known = text(scope.value(export.get("Name"))) if isinstance(export, dict) else None
                    if known is not None:
                        self._exports.setdefault(known, []).append((scope, output))
        found = self._exports.get(name, [])
        near = [each for each in found if _place(each[0].document) == _place(importer.document)]
        chosen = near if len(near) == 1 else found
        if len(chosen) != 1:
            return Unknown(f"import of {name}")
        scope, output = chosen[0]
        return scope.output(output)

    def finish(self) -> tuple[Resource, ...]:
        """Work out the properties of all resources; those that a macro makes at deployment are left out."""
        self._apply_conditions()
        found = []
        for scope in self.scopes:
            for logical_id, resource in scope.resources.items():
                raw = _raw(scope, logical_id)
                properties = scope.value(raw.get("Properties") or {})
                marks = resource.metadata.get("batchwright")
                if marks is not None:
                    resource.metadata["batchwright"] = scope.value(marks)
                if isinstance(properties, dict):
                    resource.properties = properties
                    found.append(resource)
        return tuple(found)

    def _apply_conditions(self) -> None:
        """Take out what a condition takes out; only now, as conditions look at parameters and those at other stacks."""
        gone: set[Scope] = set()
        for scope in self.scopes:
            if scope.parent in gone:
                gone.add(scope)
            for logical_id, resource in list(scope.resources.items()):
                condition = _raw(scope, logical_id).get("Condition")
                holds = scope.condition(condition) if isinstance(condition, str) else True
                resource.conditional = holds is None
                if holds is False:
                    del scope.resources[logical_id]
                    gone |= {scope.nested.pop(logical_id)} if logical_id in scope.nested else set()
        self.scopes = [scope for scope in self.scopes if scope not in gone]


def _place(document: Document) -> tuple[str | None, str | None]:
    return document.account, document.region


def _ancestors(scope: Scope) -> list[Scope]:
    """The scope and those that it is nested in, outermost last."""
    found = [scope]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return found


def _raw(scope: Scope, logical_id: str) -> dict[str, object]:
    found = scope.section("Resources")[logical_id]
    return found if isinstance(found, dict) else {}


def _declared(document: Document) -> Iterable[tuple[str, dict[str, object]]]:
    resources = document.content.get("Resources")
    if not isinstance(resources, dict):
        problem = "it has no object `Resources`, so it is not a CloudFormation template"
        raise InputError(document.name, problem, "Give a template, or a cloud assembly such as cdk.out.")
    for logical_id, raw in resources.items():
        # `Fn::ForEach::Name` and `Fn::Transform` make resources only at deployment.
        if str(logical_id).startswith("Fn::"):
            continue
        if not isinstance(raw, dict) or not isinstance(raw.get("Type"), str):
            problem = f"resource {logical_id} is not an object with a `Type`"
            raise InputError(document.name, problem, "Write it as CloudFormation expects.")
        if not isinstance(logical_id, str) or not logical_id.isascii():
            raise InputError(document.name, f"{logical_id!a} is no logical id", "Use letters and digits.")
        yield logical_id, raw


def _resource(document: Document, logical_id: str, raw: dict[str, object]) -> Resource:
    metadata, depends_on = raw.get("Metadata"), raw.get("DependsOn")
    metadata = dict(metadata) if isinstance(metadata, dict) else {}
    path = metadata.get("aws:cdk:path")
    if not isinstance(path, str):
        path = document.constructs.get(logical_id, "")
    names = depends_on if isinstance(depends_on, list) else [depends_on]
    return Resource(
        template=document.name,
        logical_id=logical_id,
        type=str(raw["Type"]),
        metadata=metadata,
        depends_on=tuple(name for name in names if isinstance(name, str)),
        construct=path,
    )
