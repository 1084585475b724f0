"""Honest scores: what the best one of a batch is worth on folds that did not choose it.

They are worked out by jobs in batches of their own, which name the batch they are about as their
parent: so nothing that counts or compares candidates ever meets them.
"""

ANEW, NESTED = "anew", "nested"
