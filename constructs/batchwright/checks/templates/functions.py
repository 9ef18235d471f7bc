"""CloudFormation's functions, each worked out as far as its arguments are known.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Final, TypeAlias

from batchwright.checks.templates.texts import joined, only_reference, split
from batchwright.checks.templates.values import (
    Absent,
    Encoded,
    Reference,
    Text,
    Unknown,
    is_open,
    number,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.checks.templates.scope import Scope
    from batchwright.checks.templates.values import Value

    Function: TypeAlias = Callable[[Scope, object, int], Value | Absent]

_VARIABLE: Final = re.compile(r"\$\{([^{}]*)\}")


def _ref(scope: Scope, argument: object, _depth: int) -> Value | Absent:
    return scope.named(argument) if isinstance(argument, str) else Unknown("Ref")


def _get_att(scope: Scope, argument: object, depth: int) -> Value:
    if isinstance(argument, str):
        name, _, attribute = argument.partition(".")
        return scope.attribute(name, attribute)
    if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str):
        found = text(scope.value(argument[1], depth))
        if found is not None:
            return scope.attribute(argument[0], found)
    return Unknown("Fn::GetAtt")


def _join(scope: Scope, argument: object, depth: int) -> Value:
    if not isinstance(argument, list) or len(argument) != 2:
        return Unknown("Fn::Join")
    delimiter, values = scope.value(argument[0], depth), scope.value(argument[1], depth)
    if not isinstance(delimiter, str) or not isinstance(values, list):
        return Unknown("Fn::Join")
    pieces: list[Value] = []
    for each in values:
        pieces += [delimiter, each]
    return joined(pieces[1:])


def _sub(scope: Scope, argument: object, depth: int) -> Value:
    template, variables = argument, {}
    if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], dict):
        template, variables = argument[0], argument[1]
    if not isinstance(template, str):
        return Unknown("Fn::Sub")
    known: dict[str, Value] = {}
    pieces: list[Value] = []
    # Text, name, text, name, ..., text.
    for position, piece in enumerate(_VARIABLE.split(template)):
        if position % 2 == 0:
            pieces.append(piece)
            continue
        if piece not in known:
            known[piece] = _variable(scope, piece.strip(), variables, depth)
        pieces.append(known[piece])
    return joined(pieces)


def _variable(scope: Scope, name: str, variables: dict[object, object], depth: int) -> Value:
    if name.startswith("!"):
        return f"${{{name[1:]}}}"
    if name in variables:
        return scope.value(variables[name], depth)
    if "." in name:
        return _get_att(scope, name, depth)
    found = scope.named(name)
    return Unknown(name) if isinstance(found, Absent) else found


def _select(scope: Scope, argument: object, depth: int) -> Value:
    if not isinstance(argument, list) or len(argument) != 2:
        return Unknown("Fn::Select")
    index, values = number(scope.value(argument[0], depth)), scope.value(argument[1], depth)
    if isinstance(values, Reference):
        # Of a list that is an attribute of a resource, or of the pieces of its text.
        return Reference(values.resource, values.attribute, piece=True)
    if index is None or not isinstance(values, list) or not 0 <= index < len(values):
        return Unknown("Fn::Select")
    return values[int(index)]


def _split(scope: Scope, argument: object, depth: int) -> Value:
    if not isinstance(argument, list) or len(argument) != 2:
        return Unknown("Fn::Split")
    delimiter, source = scope.value(argument[0], depth), scope.value(argument[1], depth)
    if not isinstance(delimiter, str):
        return Unknown("Fn::Split")
    found = split(delimiter, source)
    reference = None if isinstance(found, list) else only_reference(source)
    return found if reference is None else Reference(reference.resource, reference.attribute, piece=True)


def _if(scope: Scope, argument: object, depth: int) -> Value | Absent:
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        return Unknown("Fn::If")
    holds = scope.condition(argument[0])
    return Unknown(f"condition {argument[0]}") if holds is None else scope.resolve(argument[1 if holds else 2], depth)


def _find_in_map(scope: Scope, argument: object, depth: int) -> Value | Absent:
    if not isinstance(argument, list) or len(argument) < 3:
        return Unknown("Fn::FindInMap")
    found: object = scope.section("Mappings")
    for each in argument[:3]:
        key = text(scope.value(each, depth))
        if key is None:
            return Unknown("Fn::FindInMap")
        found = found.get(key) if isinstance(found, dict) else None
    if found is None and len(argument) == 4 and isinstance(argument[3], dict):
        found = argument[3].get("DefaultValue")
    return Unknown("Fn::FindInMap") if found is None else scope.resolve(found, depth)


def _import_value(scope: Scope, argument: object, depth: int) -> Value:
    name = text(scope.value(argument, depth))
    return Unknown("Fn::ImportValue") if name is None else scope.application.exported(name, scope)


def _base64(scope: Scope, argument: object, depth: int) -> Value:
    content = scope.value(argument, depth)
    if isinstance(content, Unknown | Reference | Text):
        return Encoded("Fn::Base64", content)
    plain = text(content)
    return Unknown("Fn::Base64") if plain is None else base64.b64encode(plain.encode(errors="replace")).decode()


def _cidr(scope: Scope, argument: object, depth: int) -> Value:
    count = number(scope.value(argument[1], depth)) if isinstance(argument, list) and len(argument) > 1 else None
    # Nobody asks for the addresses themselves, but for how many there are.
    return [Unknown("Fn::Cidr")] * int(count) if count is not None and 1 <= count <= 256 else Unknown("Fn::Cidr")


def _length(scope: Scope, argument: object, depth: int) -> Value:
    values = scope.value(argument, depth)
    known = isinstance(values, list) and not any(is_open(each) for each in values)
    return len(values) if known and isinstance(values, list) else Unknown("Fn::Length")


def _to_json_string(scope: Scope, argument: object, depth: int) -> Value:
    try:
        return json.dumps(scope.value(argument, depth), separators=(",", ":"))
    except TypeError:  # something in it is open
        return Unknown("Fn::ToJsonString")


FUNCTIONS: Final[dict[str, Function]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Join": _join,
    "Fn::Sub": _sub,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": _import_value,
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::Length": _length,
    "Fn::ToJsonString": _to_json_string,
}
