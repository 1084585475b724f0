"""The training engine: a plain library over scikit-learn that knows no web, queue or database."""
