"""Job definitions, and what their registration refuses."""
