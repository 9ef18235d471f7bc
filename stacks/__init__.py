"""Deployable stacks: one file a reference system, made of Batchwright's constructs."""
