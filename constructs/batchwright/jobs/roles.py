"""The two roles of a job: the program's, and the one that prepares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from constructs import Construct

EXEC_ACTIONS: Final = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)


def make_job_role(scope: Construct, permissions_boundary: iam.IManagedPolicy | None = None) -> iam.Role:
    """Create the program's role, which may do nothing until it is granted something."""
    return _make(scope, "JobRole", "The program of a Batch job", permissions_boundary)


def make_execution_role(scope: Construct, permissions_boundary: iam.IManagedPolicy | None = None) -> iam.Role:
    """Create the role that pulls the image, reads secrets and writes the log."""
    return _make(scope, "ExecutionRole", "Pulls the image and writes the log of a Batch job", permissions_boundary)


def grant_execute_command(job_role: iam.IRole) -> iam.Grant:
    """Allow the agent in the container to open the channels of ECS Exec.

    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    """
    return iam.Grant.add_to_principal(grantee=job_role, actions=list(EXEC_ACTIONS), resource_arns=["*"])


def _make(scope: Construct, construct_id: str, description: str, boundary: iam.IManagedPolicy | None) -> iam.Role:
    return iam.Role(
        scope,
        construct_id,
        assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"),
        description=description,
        permissions_boundary=boundary,
    )
