"""Predictions: models applied to new rows."""
