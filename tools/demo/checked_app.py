"""Runs app.py as it is, with the rules of cdk-nag's AwsSolutions pack beside the CDK's own.

Started by `synthesis` as `python -m tools.demo.checked_app`, in a process of its own: the CDK's kernel reads its
environment once.
"""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Synthesize into the folder CDK_OUTDIR."""
    cdk.App = _checked(cdk.App)  # type: ignore[misc, assignment]
    runpy.run_path("app.py", run_name="__main__")


def _checked(make: Callable[..., cdk.App]) -> Callable[..., cdk.App]:
    def app(*arguments: Any, **options: Any) -> cdk.App:  # noqa: ANN401 - whatever cdk.App takes
        made = make(*arguments, **options)
        cdk.Validations.of(made).add_plugins(AwsSolutionsChecks(made))
        return made

    return app


if __name__ == "__main__":
    main()
