"""What predictions are worth: metrics, spread, what they are held against, thresholds."""
