"""Trying several: a batch of tuned estimators within a time limit, of which one model is made."""

KIND = "several"
