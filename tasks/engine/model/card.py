"""A model's card: what it predicts, from what, how well, and where it may not be trusted."""

from typing import Any

from tasks.engine.estimators.catalogue import METRICS, get_estimator, name_metric
from tasks.engine.model.origin import Origin
from tasks.engine.predicting.cell_warnings import TELLING_DAY, say_range
from tasks.engine.results import TrainingResult
from tasks.engine.scores.unbeaten import Scored, find_unbeaten
from tasks.engine.spec import TrainingSpec
from tasks.engine.table.cell_text import date_cell

TEMPLATE = """# {name}

{title} (`{estimator}`) that predicts `{target}` ({task}).
Made{job} on {created_at} from the dataset {dataset}
(SHA-256 `{sha256}`), {rows:,} rows.{scale}

## How good it is

{metric}: **{score}**; a model that only guesses
scores {guess}, a simple linear one {linear}. Mean over {folds} folds
({scheme}, seed {seed}) and their standard deviation; each fold was scored by
a model that never saw its rows, preprocessing included.{partial}{members}{against}
{decision}
| metric | score | 95% interval | guessing | linear model |
|---|---|---|---|---|
{metric_rows}

## What it needs

| column | kind | seen in training |
|---|---|---|
{column_rows}

A number or date outside the range that was seen, or a category that was not, is an
extrapolation. `predict.py` says so.

## Limits

It repeats what was in its training data, mistakes and unfairness included. Scores hold for rows
that are like those; when the world changes, train again.
{warning_rows}
## Use

```
python -m venv venv && venv/bin/pip install -r requirements.txt
venv/bin/python predict.py IN.csv -o OUT.csv
```

`sha256sum -c SHA256SUMS` tells whether every file is as it was made.{examples}

`train.py` trains the same pipeline again. With the file that this model was trained on, and the
versions below, it gives a model that predicts the same; it compares the two and says so. The bytes
of its file may differ from those of `model.joblib`, so checksums do not tell. With another file of
the same columns it gives a new model. It overwrites no file unless `--force` says so; without `-o`
it writes `retrained.joblib`. `predict.py` uses it when told to:

```
venv/bin/python train.py TRAINING.csv -o retrained.joblib
venv/bin/python predict.py IN.csv -o OUT.csv --model retrained.joblib
```

`model.joblib` is a pickle: load it only if you trust where it came from. `model.skops` can be
inspected before it is loaded.

Versions: {versions}.
"""

EXAMPLES = """
`examples.csv` holds some rows of the training data, and `examples-expected.csv` what `predict.py`
answers to them:

```
venv/bin/python predict.py examples.csv -o answer.csv && diff answer.csv examples-expected.csv
```"""


def write_card(
    result: TrainingResult, spec: TrainingSpec, schema: dict[str, Any], origin: Origin
) -> str:
    """Return a model's card as Markdown."""
    title = get_estimator(spec.estimator).title
    positive = result.details["positive_class"]
    titles = {metric.name: name_metric(metric, positive) for metric in METRICS[spec.task]}
    partial = " It was stopped early: not every fold was scored." if result.partial else ""
    return TEMPLATE.format(
        scale=_scale(spec),
        name=origin.job_name,
        title=title,
        estimator=spec.estimator,
        target=spec.target,
        task=spec.task,
        job=f" by job {origin.job_id}" if origin.job_id else "",
        created_at=origin.created_at,
        dataset=origin.dataset,
        sha256=origin.dataset_sha256,
        rows=result.details["rows_used"],
        metric=titles[spec.metric],
        score=_score(result.score, result.score_std),
        guess=_score(result.baseline_score, None),
        linear=_score(result.baselines["linear"].get(spec.metric, {}).get("mean"), None),
        folds=len(result.folds),
        scheme=spec.validation.scheme,
        seed=spec.seed,
        partial=partial,
        decision=_decision(result, spec),
        members=_members(result),
        against=_against(result, spec),
        metric_rows=_metric_rows(result, titles),
        column_rows=_column_rows(schema),
        warning_rows=_warning_rows(result),
        examples=EXAMPLES if schema["dialect"]["header"] else "",
        versions=", ".join(f"{name} {v}" for name, v in result.details["versions"].items()),
    )


def _against(result: TrainingResult, spec: TrainingSpec) -> str:
    """Say that it is no better than what guesses, or what is simple; else nothing."""
    known = (
        (kind, (result.baselines.get(kind) or {}).get(spec.metric) or {})
        for kind in ("dummy", "linear")
    )
    scored = Scored(spec.task, spec.metric, spec.estimator, result.score, result.score_std)
    baselines = [
        (kind, found["mean"], found["std"])
        for kind, found in known
        if found.get("mean") is not None
    ]
    against = find_unbeaten(scored, baselines, result.details.get("leads") or {})
    return f"\n**{against.words.capitalize()}**: {against.reason}." if against else ""


def _scale(spec: TrainingSpec) -> str:
    chosen = spec.preprocessing.target
    if chosen == "none":
        return ""
    return (
        f"\nIt learned the target on another scale (`{chosen}`). Predictions and scores are in "
        "the target's own unit."
    )


def _decision(result: TrainingResult, spec: TrainingSpec) -> str:
    if spec.threshold is None:
        return ""
    kind = "probability" if "probability_0" in result.out_of_fold else "decision value"
    words = (
        f"\nA row is predicted `{result.details['positive_class']}` when its {kind} is at least "
        f"**{spec.threshold:g}**.\n"
    )
    if not spec.costs:
        return words
    costs = ", ".join(f"{name.replace('_', ' ')} {c:g}" for name, c in spec.costs.items())
    return f"{words}Chosen by what each row costs: {costs}.\n"


def _score(value: float | None, spread: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:.4g}" if spread is None else f"{value:.4g} ± {spread:.2g}"


def _interval(found: dict[str, Any]) -> str:
    if found.get("low") is None:
        return "none"
    return f"{found['low']:.4g} to {found['high']:.4g}"


def _members(result: TrainingResult) -> str:
    members = result.details.get("members") or []
    if len(members) < 2:
        return ""
    named = (f"{one['title']} (job {one['job_id']}, {one['percent']}%)" for one in members)
    return f"\nIt is the weighted mean of several models: {', '.join(named)}."


def _metric_rows(result: TrainingResult, titles: dict[str, str]) -> str:
    rows = []
    for name, found in result.metrics.items():
        cells = [titles[name], _score(found["mean"], found["std"]), _interval(found)]
        for kind in ("dummy", "linear"):
            cells.append(_score(result.baselines[kind].get(name, {}).get("mean"), None))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _column_rows(schema: dict[str, Any]) -> str:
    rows = []
    for column in schema["columns"]:
        if column["name"] not in schema["features"]:
            continue
        seen = ""
        if column["kind"] == "date":
            seen = _dates(column)
        elif "range" in column:
            seen = say_range(column)
        elif column["kind"] == "boolean":
            seen = f"{column['false']}, {column['true']}"
        elif "values" in column:
            values = column["values"]
            more = f" and {len(values) - 8} more" if len(values) > 8 else ""
            seen = ", ".join(values[:8]) + more
        name, seen = (text.replace("|", "\\|") for text in (column["name"], seen))
        rows.append(f"| {name} | {column['kind']} | {seen} |")
    return "\n".join(rows)


def _dates(column: dict[str, Any]) -> str:
    """Return which dates training saw, and how they are written."""
    seen = f"{say_range(column)}, " if "range" in column else ""
    day = column["range"][1] if "range" in column else TELLING_DAY
    return f"{seen}written like {date_cell(day, column['format'], column.get('offset') or 0)}"


def _warning_rows(result: TrainingResult) -> str:
    if not result.warnings:
        return ""
    return "\n" + "\n".join(f"- {warning['message']}" for warning in result.warnings) + "\n"
