"""What a submission changes of one container."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from batchwright.jobs.units import size_of
from batchwright.model import Problem
from batchwright.model.arguments import kind_problems, number_problems, required_problems
from batchwright.model.environment_variables import variable_name_problems
from batchwright.model.problems import quoted, shown
from batchwright.model.sizes import ec2_memory_problems, gpu_problems
from batchwright.pipelines.paths import array, array_problems, is_path, literal, path_problems, text
from batchwright.tokens import as_text, is_token, within

if TYPE_CHECKING:
    from collections.abc import Iterable

    import aws_cdk as cdk

# What Fargate and EKS have at least.
MIN_VCPUS: Final = 0.25
_KEEP: Final = "Leave it out to keep what the job definition says."


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerOverride:
    """What a submission changes of one container; what is left out comes from the job definition.

    Text that is a JSONPath (`$.vcpus`) is looked up in the state when the job is submitted.

    Attributes:
        container: The container's name; not needed in a job of one.
        node_group: The group of nodes, counted from 0; by default every group that has the container.
        environment: Environment variables, over those of the definition.
        command: Its command, in place of the definition's. On EKS it stands for the image's entry point.
        args: On EKS the arguments for the entry point, in place of the definition's.
        vcpus: vCPUs of one attempt.
        memory: Memory of one attempt.
        gpus: GPUs of one attempt.
    """

    container: str | None = None
    node_group: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] = ()
    args: Sequence[str] = ()
    vcpus: float | str | None = None
    memory: cdk.Size | None = None
    gpus: int | str | None = None

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        amounts = (self.vcpus, self.memory, self.gpus)
        return bool(self.environment or self.command or self.args) or any(each is not None for each in amounts)

    def problems(self, at: str, *, options_at: str | None = None) -> Iterable[Problem]:
        """Find what Batch would refuse, whatever the shape of the job.

        Args:
            at: What the caller calls it.
            options_at: What the caller calls the rest of it, where environment and command have a place of their own.
        """
        rest = at if options_at is None else options_at
        yield from _environment_problems(f"{at}.environment", self.environment)
        yield from _words_problems(f"{at}.command", self.command)
        yield from _words_problems(f"{rest}.args", self.args)
        yield from kind_problems(f"{rest}.container", self.container, str, fix="Use its name.")
        group: object = self.node_group
        if group is not None and (isinstance(group, bool) or not isinstance(group, int)):
            yield Problem(f"{rest}.node_group", group, "a whole number from 0", "Use 0, the first group.")
        yield from _vcpu_problems(f"{rest}.vcpus", self.vcpus)
        yield from _memory_problems(f"{rest}.memory", self.memory)
        yield from _gpu_problems(f"{rest}.gpus", self.gpus)

    def render_environment(self) -> list[dict[str, Any]]:
        """Render as `Environment` of a container of a task, or as `Env` of one of a pod."""
        return [{"Name": name, **text_value("Value", value)} for name, value in self.environment.items()]

    def render_amounts(self) -> dict[str, dict[str, Any]]:
        """Render each amount that is given, with the key `Value`: `VCPU`, `MEMORY` in MiB, and `GPU`."""
        memory = None if self.memory is None else self.memory.to_mebibytes()
        asked = {"VCPU": self.vcpus, "MEMORY": memory, "GPU": self.gpus}
        return {
            kind: text_value("Value", amount if isinstance(amount, str) else as_text(amount))
            for kind, amount in asked.items()
            if amount is not None
        }


def render_words(key: str, words: Sequence[str]) -> dict[str, Any]:
    """Render a list of texts, some of which may be JSONPaths; nothing for an empty one."""
    if not words:
        return {}
    if not any(map(is_path, words)):
        return {key: list(words)}
    return {f"{key}.$": array(_arguments(words))}


def text_value(key: str, value: str) -> dict[str, str]:
    """Render a text, or a JSONPath to what becomes one."""
    return {f"{key}.$": text(value)} if is_path(value) else {key: value}


def text_problems(field: str, value: object) -> Iterable[Problem]:
    """Find what is neither text nor a good JSONPath."""
    if not isinstance(value, str):
        yield Problem(field, value, "text, or a JSONPath such as $.key", f"Use {quoted(value)}.")
    elif is_path(value):
        yield from path_problems(field, value, single=True)


def _arguments(words: Sequence[str]) -> list[str]:
    return [text(word) if is_path(word) else literal(word) for word in words]


def _environment_problems(at: str, environment: object) -> Iterable[Problem]:
    if not isinstance(environment, Mapping):
        yield Problem(at, environment, "a mapping of names to texts", 'Use {"NAME": "value"}.')
        return
    for name, value in environment.items():
        named = f"{at}[{shown(name)}]"
        if not name:
            yield Problem(named, value, "a variable with a name", "Give it one.")
        wrong_kind = required_problems(named, name, str, fix=f"Use {quoted(name)}.")
        yield from wrong_kind or variable_name_problems(name, field=named)
        yield from text_problems(named, value)


def _words_problems(at: str, words: object) -> Iterable[Problem]:
    if not isinstance(words, Sequence) or isinstance(words, str | bytes):
        yield Problem(at, words, "a list of texts", 'Use ["python", "main.py"].')
        return
    for number, word in enumerate(words):
        yield from text_problems(f"{at}[{number}]", word)
    if any(map(is_path, words)):
        yield from array_problems(at, _arguments(words))


def _vcpu_problems(at: str, vcpus: float | str | None) -> Iterable[Problem]:
    if _is_open(vcpus):
        return path_problems(at, str(vcpus), single=True) if is_path(vcpus) else []
    wrong_kind = number_problems(at, vcpus, fix="Use a number, or a JSONPath such as $.vcpus.")
    if wrong_kind or within(float(vcpus or 0), MIN_VCPUS):
        return wrong_kind
    return [Problem(at, vcpus, f"{MIN_VCPUS} or more", _KEEP)]


def _memory_problems(at: str, memory: cdk.Size | None) -> Iterable[Problem]:
    size, wrong = size_of(at, memory, fix="Use Size.gibibytes(8).")
    return wrong or [replace(problem, field=at) for problem in ec2_memory_problems(size)]


def _gpu_problems(at: str, gpus: int | str | None) -> Iterable[Problem]:
    if _is_open(gpus):
        return path_problems(at, str(gpus), single=True) if is_path(gpus) else []
    wrong_kind = number_problems(at, gpus, fix="Use a whole number, or a JSONPath such as $.gpus.")
    if wrong_kind or (gpus and not gpu_problems(float(gpus))):
        return wrong_kind
    return [Problem(at, gpus, "whole GPUs from 1", _KEEP)]


def _is_open(amount: object) -> bool:
    """Whether an amount is left out, looked up in the state, or known only at deployment."""
    return amount is None or is_path(amount) or (isinstance(amount, str | float) and is_token(amount))
