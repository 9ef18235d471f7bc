"""The app of the reference systems: `tools/cdk deploy`, or `cdk deploy` with Batchwright installed."""

from __future__ import annotations

import aws_cdk as cdk

from batchwright import BatchRules
from stacks.embeddings import ImageEmbeddings
from stacks.nag import acknowledge
from stacks.targets import deployment_targets

app = cdk.App()
cdk.Validations.of(app).add_plugins(BatchRules())
for target in deployment_targets(app):
    acknowledge(ImageEmbeddings(app, target.stack_name("ImageEmbeddings"), env=target.environment))
app.synth()
