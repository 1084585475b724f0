"""Recipes: the settings of a job under a name, to be used on other datasets."""
