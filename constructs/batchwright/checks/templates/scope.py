"""One stack: a template with its parameters, conditions and mappings, and the resources that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.errors import InputError
from batchwright.checks.templates.conditions import judge
from batchwright.checks.templates.functions import FUNCTIONS
from batchwright.checks.templates.parameters import declared, flat, pseudo
from batchwright.checks.templates.texts import literal
from batchwright.checks.templates.values import Absent, Reference, Unknown, scalar, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.checks.templates.application import Application
    from batchwright.checks.templates.document import Document
    from batchwright.checks.templates.resource import Resource
    from batchwright.checks.templates.values import Value

# Far more than CloudFormation's templates of 1 MB have; aliases of YAML can make any number from a few lines, and
# stacks that nest stacks can.
_MOST_VALUES: Final = 1_000_000
_MOST_VALUES_IN_ALL: Final = 20_000_000
_DEEPEST: Final = 150


class Scope:
    """What names mean in one stack. Everything is worked out when it is asked for, once.

    Args:
        document: The template.
        application: All stacks: for exports, and nested stacks.
        parent: The stack that this one is nested in.
        given: The parameters that the parent gives it, as they stand in the parent's template.
    """

    def __init__(
        self,
        document: Document,
        application: Application,
        parent: Scope | None = None,
        given: Mapping[str, object] | None = None,
    ) -> None:
        self.document = document
        self.application = application
        self.resources: dict[str, Resource] = {}
        self.nested: dict[str, Scope] = {}
        self.parent = parent
        self._given = given or {}
        self._values = 0
        self._parameters: dict[str, Value] = {}
        self._outputs: dict[str, Value] = {}
        self._conditions: dict[str, bool | None] = {}

    def section(self, name: str) -> dict[str, object]:
        """A section of the template, such as `Outputs`; empty when it is missing or not an object."""
        found = self.document.content.get(name)
        return found if isinstance(found, dict) else {}

    def resolve(self, raw: object, depth: int = 0) -> Value | Absent:
        """Work a value out as far as the template fixes it; `ABSENT` for `AWS::NoValue`.

        Raises:
            InputError: It is nested so deeply, or has so many values, that it is no template.
        """
        if isinstance(raw, str):
            return literal(raw)
        if raw is None or isinstance(raw, bool | int | float):
            return scalar(raw)
        if depth > _DEEPEST:
            raise InputError(self.document.name, f"it nests deeper than {_DEEPEST} levels", "Write it flatter.")
        if isinstance(raw, dict):
            return self._resolve_object(raw, depth + 1)
        if not isinstance(raw, list | tuple):
            return Unknown(f"a {type(raw).__name__}")
        self._spend(len(raw))
        found: list[Value] = []
        for each in raw:
            value = self.resolve(each, depth + 1)
            if not isinstance(value, Absent):
                found.append(value)
        return found

    def value(self, raw: object, depth: int = 0) -> Value:
        """Work out a value that must be there: `AWS::NoValue` is an unknown one."""
        found = self.resolve(raw, depth)
        return Unknown("AWS::NoValue") if isinstance(found, Absent) else found

    def _resolve_object(self, raw: dict[object, object], depth: int) -> Value | Absent:
        self._spend(len(raw))
        if len(raw) == 1:
            name, argument = next(iter(raw.items()))
            if isinstance(name, str) and (name == "Ref" or name.startswith("Fn::")):
                function = FUNCTIONS.get(name)
                return Unknown(name) if function is None else function(self, argument, depth)
        elif "Fn::Transform" in raw:
            return Unknown("Fn::Transform")
        found: dict[str, Value] = {}
        for key, each in raw.items():
            value = self.resolve(each, depth)
            if not isinstance(value, Absent):
                found[key if isinstance(key, str) else text(key) or "?"] = value
        return found

    def _spend(self, values: int) -> None:
        self._values += values
        self.application.values += values
        if self._values > _MOST_VALUES:
            raise InputError(self.document.name, f"it has more than {_MOST_VALUES:,} values", "Check its YAML aliases.")
        if self.application.values > _MOST_VALUES_IN_ALL:
            problem = f"with it, the stacks have more than {_MOST_VALUES_IN_ALL:,} values"
            raise InputError(self.document.name, problem, "Check fewer at once.")

    def named(self, name: str) -> Value | Absent:
        """What `Ref` of a name is: a pseudo parameter, a parameter or a resource."""
        if name.startswith("AWS::"):
            return pseudo(self.document, name)
        if name in self.section("Parameters"):
            return self.parameter(name)
        resource = self.resources.get(name)
        return Unknown(f"nothing is named {name}") if resource is None else Reference(resource)

    def attribute(self, name: str, attribute: str) -> Value:
        """What `Fn::GetAtt` is; an output of a nested stack is what that stack makes it from."""
        resource = self.resources.get(name)
        if resource is None:
            return Unknown(f"nothing is named {name}")
        nested = self.nested.get(name)
        if nested is not None and attribute.startswith("Outputs."):
            return nested.output(attribute.removeprefix("Outputs."))
        return Reference(resource, attribute)

    def parameter(self, name: str) -> Value:
        """A parameter's value: what the parent or the cloud assembly gives, else its default."""
        if name not in self._parameters:
            self._parameters[name] = Unknown(f"parameter {name} refers to itself")
            given: Value | None = None
            if name in self._given and self.parent is not None:
                given = flat(self.parent.value(self._given[name]))
            elif name in self.document.parameters:
                given = self.value(self.document.parameters[name])
            self._parameters[name] = declared(name, self.section("Parameters")[name], given)
        return self._parameters[name]

    def output(self, name: str) -> Value:
        """An output's value."""
        if name not in self._outputs:
            self._outputs[name] = Unknown(f"output {name} refers to itself")
            output = self.section("Outputs").get(name)
            if isinstance(output, dict) and "Value" in output and self._is_there(output.get("Condition")):
                self._outputs[name] = flat(self.value(output["Value"]))
            else:
                self._outputs[name] = Unknown(f"output {name}")
        return self._outputs[name]

    def condition(self, name: str) -> bool | None:
        """Whether a condition holds; None when only a deployment tells."""
        if name not in self._conditions:
            self._conditions[name] = None
            self._conditions[name] = judge(self, self.section("Conditions").get(name))
        return self._conditions[name]

    def _is_there(self, condition: object) -> bool:
        return condition is None or (isinstance(condition, str) and self.condition(condition) is True)
