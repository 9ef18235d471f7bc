"""Compute environments: where jobs run."""
