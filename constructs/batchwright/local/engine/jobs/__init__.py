"""Jobs from their submission to their end: states, attempts, retries, dependencies, events."""
