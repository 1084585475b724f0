"""Why a model predicts what it does, and where it is wrong: see decision 0030."""
