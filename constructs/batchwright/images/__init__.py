"""Container images and where they are kept."""
