"""VPCs in which Batch works from the first job, and the endpoints that existing ones need."""
