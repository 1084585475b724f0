"""Everything that trains: the Celery tasks, the training child and the engine."""
