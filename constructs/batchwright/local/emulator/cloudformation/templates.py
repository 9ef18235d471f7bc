"""Templates that AWS refuses at once, and that ministack would only fail on halfway, or not at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import ModuleType

    from batchwright.local.emulator.ministack.guard import Hooks

_SECTIONS = ("Conditions", "Mappings", "Metadata", "Outputs", "Parameters", "Resources", "Rules")
_NAME = re.compile(r"[A-Za-z0-9]+")
_PSEUDO_PARAMETER = "AWS::"
_TRANSFORMS = ("AWS::Include", "AWS::LanguageExtensions", "AWS::Serverless-2016-10-31")
_UNRECOGNIZED = "Unrecognized resource types"
_WHAT_TO_DO = (
    "the local AWS has no such types; give these resources a condition that is false here, or leave out their stack"
)


def install(hooks: Hooks) -> None:
    """Hook what reads and checks templates."""
    engine = hooks.module("services.cloudformation.engine")
    references = hooks.get(engine, "_intrinsic_references")
    for name in ("handlers", "changesets"):
        module = hooks.module(f"services.cloudformation.{name}")
        hooks.wrap(module, "_parse_template", _reading)
        hooks.wrap(module, "validate_template_support", lambda check: _checking(check, engine, references))
        hooks.wrap(module, "_resolve_parameters", _with_known_parameters)


def problem_of_sections(template: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the sections of a template, None when nothing is."""
    for name in _SECTIONS:
        if name in template and not isinstance(template[name], dict):
            return f"{name} section must be a mapping of names to definitions."
    return None if template.get("Resources") else "At least one Resources member must be defined."


def problem_of_resources(template: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the first resource that is malformed, None when none is."""
    for name, resource in template["Resources"].items():
        place = f"Template format error: [/Resources/{name}]"
        if not isinstance(resource, dict) or not isinstance(resource.get("Properties", {}), dict):
            return f"{place} resource definition is malformed"
        if not _NAME.fullmatch(name):
            return f"Template format error: Resource name {name} is non alphanumeric."
        if not isinstance(resource.get("Type"), str):
            return f"{place} Every Resources object must contain a Type member."
    return None


def problem_of_references(template: Mapping[str, Any], references: Callable[[Any], Iterable[Any]]) -> str | None:
    """Return which names in a template stand for nothing, None when all stand for something.

    Args:
        template: A template whose resources are well-formed.
        references: Finds the names in a value, each with an attribute or None.
    """
    resources, outputs = template["Resources"], template.get("Outputs") or {}
    known = {*resources, *(template.get("Parameters") or {})}
    blocks = {
        "Resources": [name for one in resources.values() for name in _named_by(one, references)],
        "Outputs": [name for name, _ in references(outputs)],
    }
    for block, names in blocks.items():
        missing = sorted({name for name in names if name not in known and not name.startswith(_PSEUDO_PARAMETER)})
        if missing:
            return (
                f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] in the {block} block "
                "of the template"
            )
    conditions = template.get("Conditions") or {}
    for block, entries in (("Resources", resources), ("Outputs", outputs)):
        for one in entries.values():
            asked = one.get("Condition") if isinstance(one, dict) else None
            if isinstance(asked, str) and asked not in conditions:
                return (
                    f"Template format error: Unresolved condition dependency {asked} in the {block} block of the "
                    "template"
                )
    return None


def _named_by(resource: Mapping[str, Any], references: Callable[[Any], Iterable[Any]]) -> Iterator[str]:
    yield from (name for name, _ in references(resource.get("Properties", {})))
    depends_on = resource.get("DependsOn", [])
    yield from (str(name) for name in ([depends_on] if isinstance(depends_on, str) else depends_on))


def _reading(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    def call(body: str) -> Any:  # noqa: ANN401 - a template
        template = parse(body)
        problem = problem_of_sections(template)
        if problem is not None:
            raise ValueError(problem)
        return template

    return call


def _checking(
    check: Callable[..., None],
    engine: ModuleType,
    references: Callable[[Any], Iterable[Any]],
) -> Callable[..., None]:
    def call(template: dict[str, Any], conditions: dict[str, bool], params: dict[str, Any] | None = None) -> None:
        if params is not None:
            _refuse_unknown_transforms(engine.declared_transforms(template))
        problem = problem_of_resources(template)
        try:
            if problem is None:
                check(template, conditions, params)
                problem = problem_of_references(template, references)
            if problem is None:
                engine._topological_sort(template["Resources"], conditions)
        except ValueError as error:
            raise ValueError(_with_advice(str(error))) from error
        if problem is not None:
            raise ValueError(problem)

    return call


def _refuse_unknown_transforms(names: Iterable[str]) -> None:
    for name in names:
        if name not in _TRANSFORMS:
            raise ValueError(f"No transform named {name} found: the local AWS runs no macros.")


def _with_advice(text: str) -> str:
    text = text.replace("Circular dependency detected among resources: ", "Circular dependency between resources: ")
    return f"{text}: {_WHAT_TO_DO}" if _UNRECOGNIZED in text else text


def _with_known_parameters(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def call(template: Mapping[str, Any], provided: list[dict[str, Any]], *previous: Any) -> Any:  # noqa: ANN401
        declared = template.get("Parameters") or {}
        unknown = [str(entry.get("Key")) for entry in provided if entry.get("Key") not in declared]
        if unknown:
            raise ValueError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
        return resolve(template, provided, *previous)

    return call
