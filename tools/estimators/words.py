"""What a person reads of an estimator, beside what scikit-learn itself says."""

from typing import NamedTuple

# Of the parameters that many estimators have; the others keep scikit-learn's own words.
PARAMETER_HELP = {
    "learning_rate": "How big a step each tree takes",
    "max_iter": "The most rounds of training",
    "n_estimators": "How many trees, or other models, are trained",
    "max_depth": "How many questions a tree may ask one after the other. None: no limit",
    "min_samples_leaf": "The fewest rows that an end of a tree may hold",
    "C": "The smaller, the more the model is held back from fitting noise",
    "alpha": "The larger, the more the model is held back from fitting noise",
    "n_neighbors": "How many of the most similar rows are asked",
    "estimator": "What is trained inside; it has settings of its own",
    "estimators": "What is trained inside; settings stand in brackets behind a name",
    "kernel": "How alike two rows are",
    "final_estimator": "What learns from the answers of those inside",
}


class Words(NamedTuple):
    """Of one estimator: its title, a summary, tags, and the parameters to show first."""

    title: str
    summary: str
    tags: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
