"""Why a job's model predicts what it does."""
