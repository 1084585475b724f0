"""What may be trained: the catalogue of estimators, their parameters, and the rules among them."""
