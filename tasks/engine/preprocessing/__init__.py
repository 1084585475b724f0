"""From typed columns to what an estimator is given: steps, settings, what came of them."""
