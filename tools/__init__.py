"""Programs that `make` runs for a contributor; nothing here ships in the package."""
