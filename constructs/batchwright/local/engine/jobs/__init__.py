"""Jobs: what is known of each, how they are submitted, found, described and stopped, and their events."""
