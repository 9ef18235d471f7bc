"""Jobs of several containers on one host."""
