"""What `tools.catalogue` says of each estimator in its own words, and which it leaves out."""
