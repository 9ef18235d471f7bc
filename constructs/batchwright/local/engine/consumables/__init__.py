"""Consumable resources, and the jobs that need them."""
