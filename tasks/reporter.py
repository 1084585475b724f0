"""From engine events to the job's row: what a child tells is gathered, and written at times."""

import time
from copy import deepcopy
from datetime import datetime
from typing import Any

from dashboard.clock import isoformat, now
from dashboard.jobs.running.execution import Progress

STAGES = ("load", "prepare", "fit", "final", "save")


class JobReporter:
    """Gathers the events of one attempt between two writes."""

    def __init__(self) -> None:
        self.stages: list[dict[str, Any]] = []
        self.warnings: list[dict[str, Any]] = []
        self.peak_memory_bytes = 0
        self.folds_done = 0
        self.fold_seconds = 0.0  # how long the last one took
        self.outcome: dict[str, Any] | None = None
        # Why it will fail, and since when that is known.
        self.failing: dict[str, Any] | None = None
        self.failing_since = 0.0
        self.last = Progress()
        self._begin()

    def _begin(self) -> None:
        self.progress = Progress(
            stage=self.last.stage, fraction=self.last.fraction, message=self.last.message
        )

    def take(self, event: dict[str, Any]) -> None:
        """Take one event of the child."""
        kind = event["type"]
        if kind == "stage":
            self._take_stage(event)
        elif kind == "log":
            self.progress.lines.append((now(), event["level"], event["text"]))
        elif kind == "fitting":
            self._take_fitting(event)
        elif kind == "fold":
            self._take_fold(event["fold"])
        elif kind == "warning":
            self.warnings.append(event["warning"])
            self.progress.warnings = list(self.warnings)
        elif kind == "failing":
            self.failing, self.failing_since = event["failure"], time.monotonic()
        else:
            self.outcome = event

    def _take_stage(self, event: dict[str, Any]) -> None:
        moment = now()
        if not self.stages or self.stages[-1]["stage"] != event["stage"]:
            self._end_stage(moment)
            self.stages.append({"stage": event["stage"], "started_at": isoformat(moment)})
            self._show_stages()
        if "part" in event:  # how far the present fit is; time estimates read it
            self.stages[-1] |= {"part": event["part"], "part_at": isoformat(moment)}
            self._show_stages()
        self.progress.stage = event["stage"]
        self.progress.fraction = max(self.progress.fraction, event["fraction"])
        self.progress.message = event["message"]

    def _take_fitting(self, event: dict[str, Any]) -> None:
        """Note at the stage which fold is fitted since when, and what is known of its scores."""
        stage, fold = self.stages[-1], event["fold"]
        if stage.get("fold") != fold:
            self._forget_part(stage)
            stage |= {"fold": fold, "fold_at": isoformat(now())}
        if "curve" in event:
            stage["curves"] = stage.get("curves", {}) | {str(fold): event["curve"]}
        self._show_stages()

    def _take_fold(self, fold: dict[str, Any]) -> None:
        for stage in self.stages:  # from now on the fold's own row has them
            stage.get("curves", {}).pop(str(fold["fold"]), None)
        self.folds_done += 1
        self.fold_seconds = fold["fit_seconds"]
        self.progress.folds.append(fold)
        if self.stages:  # how fast the folds of this attempt are; time estimates read it
            stage = self.stages[-1]
            stage |= {"steps": stage.get("steps", 0) + 1, "step_at": isoformat(now())}
            if stage.get("fold", fold["fold"]) == fold["fold"]:  # else that is the next one's
                self._forget_part(stage)
            self._show_stages()

    @staticmethod
    def _forget_part(stage: dict[str, Any]) -> None:
        """Forget how far a fit was that is over."""
        for name in ("part", "part_at"):
            stage.pop(name, None)

    def _show_stages(self) -> None:
        self.progress.stages = deepcopy(self.stages)

    def _end_stage(self, moment: datetime) -> None:
        if self.stages:
            self.stages[-1]["ended_at"] = isoformat(moment)

    def end(self) -> None:
        """Take note that the work is over."""
        self._end_stage(now())
        self._show_stages()

    def written(self) -> None:
        """Begin to gather anew, after what was gathered was written."""
        self.last = self.progress
        self._begin()
