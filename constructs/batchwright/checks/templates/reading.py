"""From sources (files, assemblies, templates in memory) to resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from batchwright.checks.errors import InputError
from batchwright.checks.templates.application import Application
from batchwright.checks.templates.assembly import assembly_documents
from batchwright.checks.templates.document import Document
from batchwright.checks.templates.documents import read_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from batchwright.checks.templates.resource import Resource


def read(sources: Iterable[Path | tuple[str, Mapping[str, Any]]]) -> tuple[Resource, ...]:
    """Read templates that belong to one application.

    Args:
        sources: Files, folders with a cloud assembly, or templates in memory with a name each.

    Returns:
        All resources, in the order of the templates.

    Raises:
        InputError: One of them is no template.
    """
    documents = _each_once(document for source in sources for document in _documents(source))
    application = Application()
    try:
        for document in documents:
            application.add(document)
        application.leave_out_nested()
        return application.finish()
    except RecursionError as error:
        raise InputError(documents[0].name, "its values refer to each other too deeply", "Write it flatter.") from error


def _each_once(documents: Iterable[Document]) -> list[Document]:
    found: list[Document] = []
    paths: set[Path] = set()
    for document in documents:
        if document.path is None or document.path not in paths:
            found.append(document)
        if document.path is not None:
            paths.add(document.path)
    return found


def _documents(source: Path | tuple[str, Mapping[str, Any]]) -> Iterator[Document]:
    if isinstance(source, tuple):
        name, content = source
        if not isinstance(content, Mapping):
            raise InputError(name, "it is not an object", "Give a CloudFormation template.")
        yield Document(name=name, content=content)
    elif source.name == "manifest.json":
        yield from assembly_documents(source.parent)
    elif source.is_dir():
        yield from assembly_documents(source)
    else:
        yield read_document(source, name=str(source))
