"""Pipelines: steps that are composed with `>>` and run as one Step Functions execution."""
