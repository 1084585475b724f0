"""What the reader tells, in words that fit where they are read."""

from dashboard.datasets.check.kept_words import as_kept, as_predicted
from dashboard.datasets.version.changes import _show

TOLD = 'The bytes are no UTF-8; choose another encoding under "How we read the file"'


def test_a_saved_dataset_has_no_check_page() -> None:
    assert as_kept(TOLD).endswith("encoding when you upload the file again as a new version")


def test_a_file_to_predict_has_none_either() -> None:
    told = as_predicted({"code": "ENCODING", "message": TOLD})
    assert told["code"] == "ENCODING"
    assert told["message"].endswith("; save the file as UTF-8 and upload it again")


def test_usual_markers_of_missing_cells_are_told_where_none_were_chosen() -> None:
    assert _show("missing", None) == "empty, NA, N/A, n/a, #N/A, NaN, nan, null and 5 more"
    assert _show("missing", ["", "unknown"]) == "empty, unknown"
