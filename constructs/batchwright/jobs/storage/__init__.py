"""What containers mount: folders of the host, scratch space, shared file systems."""
