"""Which rows are trained on and which are scored, and one fold's fit."""
