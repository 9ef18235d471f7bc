"""Triggers: what starts a pipeline."""
