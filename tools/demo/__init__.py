"""`make demo`: synthesizes the app, deploys it to the local AWS and runs a pipeline on real photographs."""
