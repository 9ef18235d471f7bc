"""Reads from the machine's own apt configuration where its Debian packages come from."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Source:
    """One archive that apt reads.

    Attributes:
        uri: its address, without a closing slash.
        suite: the release, such as "bookworm" or "bookworm-security".
        components: such as "main".
    """

    uri: str
    suite: str
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where Debian comes from.

    Attributes:
        archive: the address of the archive itself.
        security: the address of the security updates; None where the machine has none.
    """

    archive: str
    security: str | None

    def sources_for(self, release: str) -> str:
        """The lines of a sources.list for another release of Debian from the same mirror."""
        lines = [f"deb {self.archive} {release} main", f"deb {self.archive} {release}-updates main"]
        if self.security is not None:
            lines.append(f"deb {self.security} {release}-security main")
        return "\n".join(lines) + "\n"


def read_sources(folder: Path = Path("/etc/apt")) -> list[Source]:
    """Every binary archive in sources.list and sources.list.d, the disabled ones left out."""
    parts = folder / "sources.list.d"
    sources: list[Source] = []
    for path in [folder / "sources.list", *sorted(parts.glob("*.list"))]:
        if path.is_file():
            sources += _one_line_style(path.read_text(encoding="utf-8"))
    for path in sorted(parts.glob("*.sources")):
        sources += _deb822_style(path.read_text(encoding="utf-8"))
    return sources


def find_mirror(sources: Iterable[Source], release: str) -> Mirror | None:
    """Tells Debian's own archive from those of other vendors.

    Args:
        sources: what `read_sources` found.
        release: the machine's own release (VERSION_CODENAME), which Debian's archive must hold.

    Returns:
        The mirror; None when no source is Debian's archive over http or https.
    """
    usable = [source for source in sources if urlsplit(source.uri).scheme in {"http", "https"}]
    updated = {source.uri for source in usable if source.suite == f"{release}-updates"}
    archives = [source.uri for source in usable if source.suite == release and "main" in source.components]
    # A vendor may call its suite like Debian's release; only Debian has "-updates" beside it or a path of that name.
    certain = [uri for uri in archives if uri in updated or urlsplit(uri).path.endswith("/debian")]
    if not certain:
        return None
    security = [source.uri for source in usable if source.suite in {f"{release}-security", f"{release}/updates"}]
    return Mirror(archive=certain[0], security=security[0] if security else None)


def _one_line_style(text: str) -> Iterator[Source]:
    """`deb [options] uri suite component...`, see sources.list(5)."""
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if not words or words[0] != "deb":
            continue
        rest = words[1:]
        if rest and rest[0].startswith("["):
            while rest and not rest.pop(0).endswith("]"):
                pass
        if len(rest) >= 2:
            yield Source(uri=rest[0].rstrip("/"), suite=rest[1], components=tuple(rest[2:]))


def _deb822_style(text: str) -> Iterator[Source]:
    """Stanzas of `Field: values`, see sources.list(5)."""
    for fields in _stanzas(text):
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").strip().lower() == "no":
            continue
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield Source(uri.rstrip("/"), suite, tuple(fields.get("components", "").split()))


def _stanzas(text: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    name = ""
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield fields
            fields, name = {}, ""
        elif line[0] in " \t":
            fields[name] = f"{fields.get(name, '')} {line.strip()}"
        else:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()


def carried_apt_options(dump: str) -> list[str]:
    """The lines of `apt-config dump` that decide whether this machine's mirror can be used at all.

    Proxies and the checks of dates hold inside a container as well as outside; other settings are the machine's own.
    """
    carried = ("acquire::http::proxy", "acquire::https::proxy", "acquire::check-valid-until", "acquire::check-date")
    chosen = []
    for line in dump.splitlines():
        name, _, value = line.partition(" ")
        if name.lower() in carried and any(shlex.split(value.rstrip(";"))):
            chosen.append(line.strip())
    return chosen
