"""Job definitions: what runs, and with what."""
