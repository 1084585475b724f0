"""What `benchmarks.against_mlflow` asks of both: where to look, and for what."""

from dataclasses import dataclass

from playwright.sync_api import StorageState

from benchmarks.browser_times import Sight


@dataclass(frozen=True)
class Side:
    """One product that is served: its pages and actions."""

    cookies: StorageState
    list_address: str
    listed: Sight
    compare_address: str
    compared: Sight
    compared_whole: Sight
    few_address: str
    few_with_figures: Sight
