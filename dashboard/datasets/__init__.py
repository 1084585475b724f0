"""Datasets: uploading, checking, looking at them."""
