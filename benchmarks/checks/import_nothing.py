"""A process that imports nothing: what starting Python takes."""
