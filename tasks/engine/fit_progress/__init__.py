"""How far one fit is, where an estimator lets it be seen without harm: one way in each file.

None of them changes what is fitted: `fitting.fit` gives the very model of ``pipeline.fit``.
"""
