"""What every operation of the API shares: requests, names, records, pages, tags, refusals."""
