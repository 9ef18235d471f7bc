"""What an attempt runs: containers, pods and nodes, with definition, overrides and parameters brought together."""
