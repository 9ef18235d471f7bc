"""What several rules look at across resources: what jobs need, what roles may do, how subnets reach AWS."""
