"""Embedding: the pipeline of containers/embed against a plain loop."""
