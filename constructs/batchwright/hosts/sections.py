"""Scripts of hosts: found beside this file, given their values, written as parts of the user data."""

from __future__ import annotations

import base64
import re
import shlex
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aws_cdk import Fn

from batchwright.hosts.part import Section, Stage
from batchwright.model import Problem
from batchwright.model.host_arguments import is_a, is_text
from batchwright.model.problems import quoted, shown
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Emptied at every boot, and filled again before any script reads it.
_FOLDER: Final = "/run/batchwright"
_PRELUDE: Final = f"{_FOLDER}/prelude"
_COMMENT: Final = re.compile(r"^[ \t]*#.*\n", re.M)
_SCRIPTS: Final = Path(__file__).with_name("scripts")
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
# Set for every script, or read by it from elsewhere.
_OWN: Final = frozenset({"PART", "ESSENTIAL", "PATH", "HOME", "IFS", "LANG", "SHELL"})


def section(name: str, variables: Mapping[str, str], *, stage: Stage, essential: bool = True) -> Section:
    """Take a script that ships with the package."""
    return Section(script=read_script(name), variables=variables, stage=stage, essential=essential)


@cache
def read_script(name: str) -> str:
    """Read a script of the package, without its comments: user data has little room."""
    return _COMMENT.sub("", (_SCRIPTS / f"{name}.sh").read_text(encoding="utf-8"))


def prelude() -> str:
    """Write the program that gives all others what they have in common; the first of all, at every boot."""
    end = "batchwright-end"
    common = read_script("prelude")
    return f"#!/bin/bash\nmkdir -p {_FOLDER}\ncat > {_PRELUDE} << '{end}'\n{common}{end}\n"


def program(part: str, each: Section) -> str:
    """Write a section as a whole program: values first, then what all scripts have, then the script."""
    values = {"PART": part, "ESSENTIAL": "1" if each.essential else "0", **each.variables}
    lines = "\n".join(f"{name}={_quoted(value)}" for name, value in values.items())
    return f"#!/bin/bash\n{lines}\n. {_PRELUDE} || exit 1\n{each.script.rstrip()}\n"


def section_problems(each: Section) -> Sequence[Problem]:
    """Find what is no section that user data can hold: a script, with variables that it can see."""
    if not is_a(each, Section):
        return [Problem("sections", each, "a list of Section", "Use Section(script=...).")]
    found: list[Problem] = []
    if not is_text(each.script) or not each.script.strip():
        found.append(Problem("script", each.script, "lines of bash", "Write at least one command."))
    elif is_token(each.script) or "\0" in each.script:
        fix = "Pass what is known only at deployment as a variable."
        found.append(Problem("script", each.script[:60], "text that is known now", fix))
    elif not each.script.isascii():
        # cloud-init reads parts of user data as ASCII, and takes others for Latin-1.
        other = next(letter for letter in each.script if not letter.isascii())
        fix = "Pass other text as a variable, which arrives as it is."
        found.append(Problem("script", other, "ASCII", fix))
    for name, value in each.variables.items():
        if not is_text(name) or not _VARIABLE.fullmatch(name) or name in _OWN:
            allowed = f"capital letters, digits and _, apart from {', '.join(sorted(_OWN))}"
            found.append(Problem("variables", name, allowed, "Use a name such as 'FOLDER'."))
        if not is_text(value) or "\0" in value:
            found.append(Problem(f"variables[{shown(name)}]", value, "text", f"Use {quoted(value)}."))
    return found


def _quoted(value: str) -> str:
    if is_token(value):
        # What it will be is not known here, so neither is how to quote it; the alphabet of Base64 needs no quotes.
        return f'"$(base64 -d <<< {Fn.base64(value)})"'
    if not value.isascii():
        # cloud-init would take it for Latin-1.
        return f'"$(base64 -d <<< {base64.b64encode(value.encode()).decode()})"'
    return shlex.quote(value)
