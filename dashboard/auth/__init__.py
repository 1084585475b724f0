"""Accounts: signing in, passwords, one-time links and API tokens."""
