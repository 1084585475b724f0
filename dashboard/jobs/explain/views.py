"""What a job's page says of its model: sentences, and the parts of one column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.db import Job, JobFold
from dashboard.filters import MINUS, about, delta, number, percent, plural
from dashboard.jobs.explain.charts import explain_charts, worse_word
from dashboard.preferences import delta_for_reader
from dashboard.preferences import score_for_reader as score
from tasks.engine.estimators.catalogue import metric_title

FOLDS = 5
# Of a fit with all rows, what the fits of a learning curve take together.
CURVE_FITS = 1.6
ASK_S = 3.0
LIMIT_S = 600.0
NO_TIME = (
    "There was no time to fit the models of the folds again, "
    "so it is not known which columns matter."
)


@dataclass(frozen=True)
class ExplainView:
    """What is known of a job's model, and what may be asked for.

    `asked` names what is being worked out; `slice_name` is the column whose parts are shown.
    """

    job: Job
    results: Mapping[str, Any]
    folds: Sequence[JobFold]
    asked: frozenset[str]
    slice_name: str = ""

    @property
    def told(self) -> Mapping[str, Any] | None:
        """The explanation, where there is one."""
        return self.results.get("explanation")

    @property
    def curve(self) -> Mapping[str, Any] | None:
        """The learning curve, where there is one."""
        return self.results.get("learning_curve")

    def failure(self, what: str) -> Mapping[str, Any] | None:
        """Return why there is no answer, where that is known."""
        return self.results.get(f"{what}_failure")

    def takes(self, what: str) -> str:
        """Say how long it would take, as a guess."""
        fits = [fold.fit_seconds for fold in self.folds][:FOLDS]
        if what == "learning_curve":
            seconds = CURVE_FITS * sum(fits)
        else:
            seconds = sum(fit + max(ASK_S, fit / 2) for fit in fits)
        if seconds > LIMIT_S:
            return "what there is time for in 10 minutes"
        return about(max(1.0, seconds))

    @property
    def charts(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """The figures by name, with their titles."""
        found = explain_charts(self.job.task, self.results)
        return {name: (title, figure) for name, title, figure in found}

    @property
    def has_band(self) -> bool:
        """Whether a figure of one line shows where most rows lie: of several none does."""
        drawn = (self.told or {}).get("dependence") or []
        return any(one["kind"] == "number" and len(one["lines"]) == 1 for one in drawn)

    def _above_all_words(self, found: Mapping[str, Any]) -> list[str]:
        """Explain a fall of R2 by more than 1, which is more than there seems to be to lose."""
        above = [one for one in found["columns"] if one["mean"] > 1]
        if found["metric"] != "r2" or not above:
            return []
        first = above[0]
        words = (
            f"{first['name']} takes {score(first['mean'])} away, more than 1: R² is 0 where one "
            "always answers the mean, and below 0 where one is further off than that. With "
            f"{first['name']} shuffled the model is misled by what it trusts most, and errs more "
            "than the mean does. It means that the model hangs on this column, no more."
        )
        return [words]

    @property
    def importance_words(self) -> list[str]:
        """What the importance is, and what was left out of it."""
        found = (self.told or {}).get("importance")
        if not found:
            return [NO_TIME]
        title, word = metric_title(found["metric"]), worse_word(self.job.task, found["metric"])
        measured = max(column["folds"] for column in found["columns"])
        what = (
            f"How much {title} {word} when the cells of a column are shuffled: the mean of "
            f"{plural(measured, 'fold')}, on rows that its model did not see, and the spread over "
            f"{found['spread_over']}. About 0 is no use; columns that tell the same share theirs."
        )
        words = [what, *self._above_all_words(found)]
        looked = len(found["columns"])
        if looked < found["of"]:
            words.append(
                f"{looked:,} of {found['of']:,} columns were looked at: those that tell most of "
                f"the target by themselves."
            )
        if measured < found["folds"]:
            words.append(f"{measured} of {found['folds']} folds were measured.")
        if found["differing"]:
            which = ", ".join(map(str, found["differing"]))
            words.append(f"Fitted again, the model of fold {which} was not quite the same.")
        return words

    @property
    def coefficient_words(self) -> str:
        """What the weights are multiplied with."""
        found = (self.told or {})["coefficients"]
        scale = {
            "standard": "Numbers were brought to mean 0 and spread 1 first, so weights can be "
            "compared; they are not per unit of the column.",
            "range": "Numbers were brought to 0 to 1 first; weights are not per unit of a column.",
        }.get(found["scale"], "Each is per unit of its column.")
        if found.get("target", "none") != "none":
            scale += f" They lead to the target after {found['target']}, not in its own unit."
        n, of = min(20, len(found["names"])), found["rows"][0]["class"]
        speaks = "the class" if len(found["rows"]) > 1 else f'"{of}"' if of else "a higher number"
        return f"The {n} largest of {found['of']:,} weights: above 0 speaks for {speaks}. {scale}"

    @property
    def slice_names(self) -> list[str]:
        """The columns that can be chosen, those with the worst parts first."""
        return [c["name"] for c in (self.told or {}).get("slices", {}).get("columns", [])]

    @property
    def slice(self) -> Mapping[str, Any] | None:
        """The column whose parts are shown: that of the address, else the first."""
        columns = (self.told or {}).get("slices", {}).get("columns", [])
        first = columns[0] if columns else None
        return next((c for c in columns if c["name"] == self.slice_name), first)

    @property
    def slice_rows(self) -> list[dict[str, Any]]:
        """The parts of the column, as they are shown."""
        return [self._part(part) for part in (self.slice or {}).get("parts", [])]

    def _part(self, part: Mapping[str, Any]) -> dict[str, Any]:
        words = {"worse": "worse", "better": "better", "tied": "tied with all rows",
                 "few": "too few rows to tell"}  # fmt: skip
        is_known = part["low"] is not None
        return {
            "label": part["label"],
            "n": part["n"],
            "error": self.show_error(part["error"]),
            "difference": self._difference(part["difference"]) if is_known else None,
            "interval": f"{self._signed(part['low'])} to {self._difference(part['high'])}"
            if is_known
            else None,
            "verdict": part["verdict"],
            "words": words[part["verdict"]],
        }

    @property
    def _is_share(self) -> bool:
        return bool((self.told or {})["slices"]["measure"] == "wrong")

    def show_error(self, error: float) -> str:
        """Show an error: a share of rows, or how far numbers are off."""
        return percent(error) if self._is_share else number(error)

    def _signed(self, amount: float) -> str:
        if self._is_share:
            return f"{100 * amount:+.1f}".replace("-", MINUS)
        return delta(amount)

    def _difference(self, amount: float) -> str:
        return f"{self._signed(amount)} points" if self._is_share else self._signed(amount)

    @property
    def error_words(self) -> str:
        """What the error is, and where it is worst for certain."""
        slices = (self.told or {})["slices"]
        whole = self.show_error(slices["error"])
        what = (
            f"{whole} of all {slices['n']:,} rows got the wrong class"
            if self._is_share
            else f"Predictions are off by {whole} on average of {slices['n']:,} rows"
        )
        columns = slices["columns"]
        first = columns[0] if columns and (columns[0]["differs"] or 0) > 0 else {"parts": []}
        worst = next((p for p in first["parts"] if p["verdict"] == "worse"), None)
        if worst is None:
            return f"{what}. No part of any column is worse by more than chance."
        return (
            f"{what}. It is worse by more than chance where {first['name']} is {worst['label']}: "
            f"{self.show_error(worst['error'])} in {plural(worst['n'], 'row')}."
        )

    @property
    def curve_words(self) -> str:
        """Whether more rows would help, in one sentence."""
        gain = (self.curve or {}).get("gain")
        if gain is None:
            return "There are too few points to tell whether more rows would help."
        title = metric_title((self.curve or {})["metric"])
        halved = f"From half of the rows to all of them {title}"
        mean, low, high = (delta_for_reader(gain[name]) for name in ("mean", "low", "high"))
        span = f"{mean} ({low} to {high})"
        if gain["low"] > 0:
            return (
                f"{halved} got better by {score(gain['mean'])} ({score(gain['low'])} to "
                f"{score(gain['high'])}), so more rows would probably help."
            )
        if gain["high"] < 0:
            return (
                f"{halved} got worse: {span}. More rows of the same kind would probably not help."
            )
        return (
            f"{halved} changed by {span}: no more than chance, so more rows of the same kind "
            "would probably help little."
        )
