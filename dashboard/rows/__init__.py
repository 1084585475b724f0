"""The out-of-fold rows of a job, with their values from the dataset."""
