"""Notifications: people are told when jobs and batches end."""
