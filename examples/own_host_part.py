"""A part of hosts of this app's own: reference data that each host fetches once, for all of its jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import App, Stack
from aws_cdk import aws_s3 as s3

from batchwright import Contribution, HostLaunchTemplate, HostOptions, Network, Problem, Section, SpotThenOnDemand

if TYPE_CHECKING:
    from constructs import Construct

    from batchwright import HostAccess

SCRIPT = """
command -v aws > /dev/null || dnf install -y -q awscli-2
aws s3 sync --only-show-errors "s3://$BUCKET/$PREFIX" /reference
"""


@dataclass(frozen=True)
class ReferenceData:
    """What lies below a prefix of a bucket, at `/reference` of the host."""

    bucket: s3.IBucket
    prefix: str

    def problems(self) -> list[Problem]:
        """Find what cannot work."""
        return [] if self.prefix else [Problem("prefix", "''", "a prefix", "Name what to fetch, not all of a bucket.")]

    def contribution(self, _scope: Construct) -> Contribution:
        """Fetch it before the first job; `claims` keeps other parts out of the folder."""
        variables = {"BUCKET": self.bucket.bucket_name, "PREFIX": self.prefix}
        section = Section(script=SCRIPT, variables=variables)
        return Contribution(sections=[section], claims=["/reference"])

    def permit(self, access: HostAccess) -> None:
        """Let the hosts read it."""
        self.bucket.grant_read(access.role, f"{self.prefix}*")


app = App()
stack = Stack(app, "References")
genomes = ReferenceData(bucket=s3.Bucket.from_bucket_name(stack, "Genomes", "genomes"), prefix="grch38/")
hosts = HostOptions(launch_template=HostLaunchTemplate(stack, "Hosts", parts=[genomes]))
SpotThenOnDemand(stack, "Capacity", vpc=Network(stack, "Network").vpc, hosts=hosts)
app.synth()
