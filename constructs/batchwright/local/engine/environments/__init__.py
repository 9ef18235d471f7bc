"""Compute environments and service environments."""
