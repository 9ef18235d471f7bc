"""What a role may do and who may use it, over all policies of the application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.templates import ABSENT, Reference, Text, Unknown, fields, is_open, items, text
from batchwright.model.permissions import Grants, aws_policy_actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.system import System
    from batchwright.checks.templates import Resource

ROLE: Final = "AWS::IAM::Role"
_MANAGED_POLICY: Final = "AWS::IAM::ManagedPolicy"
# What attaches a policy to roles from outside, and by which property.
_ATTACHED: Final = (("AWS::IAM::Policy", "Roles"), (_MANAGED_POLICY, "Roles"), ("AWS::IAM::RolePolicy", "RoleName"))


def role_of(value: object) -> Resource | None:
    """The role that a property names by `Ref` or `Fn::GetAtt ... Arn`; None when it is not in the application."""
    if isinstance(value, Reference) and value.resource.type == ROLE and value.attribute in {"", "Arn"}:
        return value.resource
    return None


class Permissions:
    """What the roles of an application may do.

    Args:
        system: The application.
    """

    def __init__(self, system: System) -> None:
        self._by_role: dict[int, list[Resource]] = {}
        self._by_name: dict[str, list[Resource]] = {}
        # Their role is open: any may be meant.
        self._of_any: list[Resource] = []
        for resource_type, roles in _ATTACHED:
            for policy in system.of_type(resource_type):
                for role in _as_list(policy.get(roles)):
                    self._note(policy, role)

    def of(self, role: Resource) -> Grants:
        """What a role may do at most. Not complete when one of its policies is open."""
        collected = _Collected()
        for policy in _listed(role, "Policies", collected):
            collected.add_document(fields(policy).get("PolicyDocument"))
        for policy in _listed(role, "ManagedPolicyArns", collected):
            _add_managed(policy, collected)
        name = role.get("RoleName")
        known = text(name)
        named = self._by_name.get(known, []) if known is not None else []
        if is_open(name):
            named = [policy for policies in self._by_name.values() for policy in policies]
        for attached in [*self._by_role.get(id(role), []), *named, *self._of_any]:
            collected.add_document(attached.get("PolicyDocument"))
        return collected.grants()

    def _note(self, policy: Resource, role: object) -> None:
        name = text(role)
        if isinstance(role, Reference) and role.resource.type == ROLE:
            self._by_role.setdefault(id(role.resource), []).append(policy)
        elif name is not None:
            self._by_name.setdefault(name, []).append(policy)
        else:
            self._of_any.append(policy)


def trusted_services(role: Resource) -> list[str] | None:
    """Services that may take a role on, `*` for anybody; None when open.

    Of a service's name only its first part counts (`ecs-tasks.${AWS::URLSuffix}` is `ecs-tasks.amazonaws.com`).
    """
    statements = fields(role.get("AssumeRolePolicyDocument")).get("Statement")
    found: list[str] = []
    for statement in _as_list(statements):
        if not isinstance(statement, dict) or is_open(statement.get("Effect")):
            return None
        if text(statement.get("Effect")) != "Allow":
            continue
        names = _principals(statement.get("Principal"))
        if names is None:
            return None
        found += names
    return None if statements is None or is_open(statements) else found


class _Collected:
    def __init__(self) -> None:
        self._allowed: list[str] = []
        self.complete = True

    def grants(self) -> Grants:
        return Grants(allowed=tuple(self._allowed), complete=self.complete)

    def add(self, actions: tuple[str, ...]) -> None:
        self._allowed += actions

    def add_document(self, document: object) -> None:
        statements = fields(document).get("Statement")
        if not isinstance(statements, list | dict):
            self.complete = False
        for statement in _as_list(statements):
            self._add_statement(statement)

    def _add_statement(self, statement: object) -> None:
        if not isinstance(statement, dict) or text(statement.get("Effect")) not in {"Allow", "Deny"}:
            self.complete = False
        elif text(statement.get("Effect")) == "Allow":
            actions = [text(each) for each in _as_list(statement.get("Action"))]
            if not actions or None in actions:
                # Also `NotAction`, which allows nearly everything.
                self.complete = False
            self._allowed += [each for each in actions if each is not None]


def _listed(role: Resource, name: str, collected: _Collected) -> Iterator[object]:
    value = role.get(name)
    if value is not ABSENT and not isinstance(value, list):
        collected.complete = False
    yield from items(value)


def _add_managed(policy: object, collected: _Collected) -> None:
    if isinstance(policy, Reference) and policy.resource.type == _MANAGED_POLICY:
        collected.add_document(policy.resource.get("PolicyDocument"))
        return
    plain = text(policy)
    if plain is None and isinstance(policy, Text) and isinstance(policy.parts[-1], str):
        plain = policy.parts[-1]
    name = (plain or "").partition(":aws:policy/")[2]
    actions = aws_policy_actions(name)
    if actions is None:
        collected.complete = False
    else:
        collected.add(tuple(actions))


def _principals(principal: object) -> list[str] | None:
    if text(principal) == "*":
        return ["*"]
    if not isinstance(principal, dict):
        return None
    found: list[str] = []
    for kind, value in principal.items():
        for each in _as_list(value):
            name = _service(each)
            # Another account's role in part open is no service, and not anybody.
            if name is None and (kind == "Service" or isinstance(each, Unknown)):
                return None
            if kind == "Service" or name == "*":
                found.append(name or "")
    return found


def _service(value: object) -> str | None:
    if isinstance(value, Text) and isinstance(value.parts[0], str) and "." in value.parts[0]:
        value = value.parts[0]
    plain = text(value)
    if plain is None or "." not in plain:
        return plain
    return f"{plain.partition('.')[0]}.amazonaws.com"


def _as_list(value: object) -> list[object]:
    if value is None or value is ABSENT:
        return []
    return list(value) if isinstance(value, list) else [value]
