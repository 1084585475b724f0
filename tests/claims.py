"""Chores that tests take as a light worker does."""

from dashboard.chores.service import LANES, ChoreClaim, claim_next_chore


def claim_chore(worker: str = "light") -> ChoreClaim:
    """Take the next chore of the common turn, or else of a lane; there must be one."""
    lanes = (None, *dict.fromkeys(LANES.values()))
    found = (claim_next_chore(worker=worker, lane=lane) for lane in lanes)
    return next(claim for claim in found if claim is not None)
