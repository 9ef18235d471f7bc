"""The reference stack, as its user writes it: `python with_batchwright.py` synthesizes to CDK_OUTDIR."""

from __future__ import annotations

import aws_cdk as cdk

from stacks.embeddings import ImageEmbeddings

app = cdk.App()
ImageEmbeddings(app, "ImageEmbeddings")
app.synth()
