"""Notifications: what people and systems hear about jobs and pipelines."""
