"""A Python function in a local AWS."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from support.local_server import LocalServer


def zip_function(server: LocalServer, name: str, source: str, *, timeout: int = 20, **options: Any) -> str:  # noqa: ANN401
    """Make a function whose module is `app` and return its ARN."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", source)
    answer = server.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=server.role(f"{name}-role", service="lambda.amazonaws.com"),
        Handler="app.handler",
        Timeout=timeout,
        Code={"ZipFile": package.getvalue()},
        **options,
    )
    return str(answer["FunctionArn"])
