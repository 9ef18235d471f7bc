"""vCPUs by time and by budget."""
