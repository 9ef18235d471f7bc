"""Notifications: what people and systems hear about jobs and pipelines."""

from batchwright.notifications.job_state import JobStateNotifier
from batchwright.notifications.topic import NotificationTopic
from batchwright.notifications.topic_target import topic_target

__all__ = ["JobStateNotifier", "NotificationTopic", "topic_target"]
