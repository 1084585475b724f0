"""Programs for those who work on Trainyard; the product does not need them."""
