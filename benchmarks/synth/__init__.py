"""Synthesis: the ImageEmbeddings stack against the same resources written by hand."""
