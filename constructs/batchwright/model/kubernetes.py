"""Names, labels and paths as Kubernetes takes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Source of the names: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_LABEL: Final = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_DNS_LABEL: Final = re.compile(_LABEL)
_DNS_SUBDOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_MAX_SUBDOMAIN: Final = 253
# Source of the labels: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
_QUALIFIED: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
# Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EksMetadata.html (annotations)
_MAX_ANNOTATION: Final = 255


def label_name_problems(field: str, name: str) -> Sequence[Problem]:
    """Find a name that is no DNS label: of a container or of a volume."""
    if _DNS_LABEL.fullmatch(name):
        return []
    allowed = "1 to 63 lower-case letters, digits and inner hyphens"
    return [Problem(field, name, allowed, "Choose such a name, for example scratch-1.")]


def subdomain_name_problems(field: str, name: str) -> Sequence[Problem]:
    """Find a name that is no DNS subdomain: of a secret, a claim or a service account."""
    if len(name) <= _MAX_SUBDOMAIN and _DNS_SUBDOMAIN.fullmatch(name):
        return []
    allowed = f"up to {_MAX_SUBDOMAIN} lower-case letters, digits, inner hyphens and dots"
    return [Problem(field, name, allowed, "Name it as the cluster does.")]


def pod_label_problems(field: str, labels: Mapping[str, str]) -> Sequence[Problem]:
    """Find labels whose key or value Kubernetes refuses."""
    found = [problem for key in labels for problem in _key_problems(field, key)]
    allowed = "up to 63 letters, digits, -, _ and ., a letter or digit at both ends; or nothing"
    for key, value in labels.items():
        if value and not _QUALIFIED.fullmatch(value):
            fix = "Use an annotation for free text."
            found.append(Problem(f"{field}[{key!r}]", value, allowed, fix))
    return found


def annotation_problems(field: str, annotations: Mapping[str, str]) -> Sequence[Problem]:
    """Find annotations whose key Kubernetes refuses, or whose value is too long for Batch."""
    found = [problem for key in annotations for problem in _key_problems(field, key)]
    for key, value in annotations.items():
        if len(value) > _MAX_ANNOTATION:
            shown = f"{value[:40]}... ({len(value)} characters)"
            allowed = f"up to {_MAX_ANNOTATION} characters"
            found.append(Problem(f"{field}[{key!r}]", shown, allowed, "Shorten it, or mount it as a file."))
    return found


def mount_path_problems(field: str, path: str) -> Sequence[Problem]:
    """Find a path in a container, or on a host, that is not absolute.

    Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#volumes-1 (mountPath)
    """
    if path.startswith("/") and ":" not in path:
        return []
    return [Problem(field, path, "an absolute path without a colon", "Begin it with /, such as /data.")]


def sub_path_problems(field: str, path: str) -> Sequence[Problem]:
    """Find a path inside a volume that leads out of it."""
    if path and not path.startswith("/") and ".." not in path.split("/"):
        return []
    return [Problem(field, path, "a relative path without ..", "Name a folder of the volume, such as runs/today.")]


def _key_problems(field: str, key: str) -> Sequence[Problem]:
    prefix, slash, name = key.rpartition("/")
    prefix_ok = not slash or (len(prefix) <= _MAX_SUBDOMAIN and _DNS_SUBDOMAIN.fullmatch(prefix))
    if prefix_ok and _QUALIFIED.fullmatch(name):
        return []
    allowed = "an optional DNS name with a slash, and up to 63 letters, digits, -, _ and ."
    return [Problem(field, key, allowed, "Write it like team or example.com/team.")]
