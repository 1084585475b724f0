"""Leaderboards: the succeeded jobs of one table and target, best first, folds never mixed."""
