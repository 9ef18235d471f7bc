"""Template files: JSON, or YAML with CloudFormation's tags."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from batchwright.checks.errors import InputError
from batchwright.checks.templates.document import Document

if TYPE_CHECKING:
    from pathlib import Path

# CloudFormation takes 1 MB; a template may be larger before it is packaged.
_LARGEST: Final = 32 * 2**20


def read_document(path: Path, *, name: str) -> Document:
    """Read a template from its file.

    Raises:
        InputError: It cannot be read, or is neither JSON nor YAML, or not an object.
    """
    content = parse(read_text(path, name=name), name=name, json_only=path.suffix == ".json")
    if not isinstance(content, dict):
        raise InputError(name, "it is not an object", "Give a CloudFormation template or a cloud assembly.")
    return Document(name=name, content=content, path=path.resolve())


def read_text(path: Path, *, name: str) -> str:
    """Read a file as UTF-8.

    Raises:
        InputError: It is missing, not a file, not readable or not UTF-8.
    """
    try:
        if not path.is_file():
            problem = "it is not a file" if path.exists() else "there is no such file"
            raise InputError(name, problem, "Check the path.")
        if path.stat().st_size > _LARGEST:
            raise InputError(name, f"it is larger than {_LARGEST // 2**20} MiB", "Give a CloudFormation template.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(name, f"it is not UTF-8 text (byte {error.start})", "Give a JSON or YAML template.") from error
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(name, f"it cannot be read ({reason})", "Check the path and its permissions.") from error


def parse(text: str, *, name: str, json_only: bool = False) -> object:
    """Read JSON or YAML.

    Raises:
        InputError: With line and column where it breaks.
    """
    if json_only or text.lstrip()[:1] == "{":
        try:
            return _whole_characters(json.loads(text), text, name)
        except json.JSONDecodeError as error:
            if json_only:
                where = f"{name}:{error.lineno}:{error.colno}"
                raise InputError(where, f"not JSON: {error.msg}", "Is the file cut off?") from error
        except RecursionError as error:
            raise InputError(name, "it nests too deeply", "Write it flatter.") from error
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise InputError(name, f"not JSON: {error}", "Check its numbers.") from error
    # YAML only here: a JSON template is read without PyYAML.
    try:
        from batchwright.checks.templates.yaml_documents import parse_yaml
    except ModuleNotFoundError as error:
        raise InputError(name, "reading YAML needs PyYAML", "Install batchwright[cli], or give JSON.") from error
    return parse_yaml(text, name=name)


def _whole_characters(value: object, text: str, name: str) -> object:
    """Refuse half of a character: JSON can write it, but nothing can print it."""
    if "\\ud" in text or "\\uD" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise InputError(
                name, "it has half of a character (\\ud800 to \\udfff alone)", "Write it whole."
            ) from error
    return value
