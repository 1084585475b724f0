"""Sample datasets: tables that come with scikit-learn, as CSV."""

import io
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """A table that is one click away."""

    id: str
    title: str
    description: str
    file_name: str
    target: str


SAMPLES = (
    Sample("breast_cancer", "Breast cancer", "569 tumours, 30 measures: benign or malignant?",
           "breast_cancer.csv", "diagnosis"),
    Sample("wine", "Wine", "178 wines, 13 measures: which of three growers?",
           "wine.csv", "grower"),
    Sample("iris", "Iris", "150 flowers, 4 measures: which of three species?",
           "iris.csv", "species"),
    Sample("diabetes", "Diabetes", "442 patients, 10 measures: how far has it gone in a year?",
           "diabetes.csv", "progression"),
)  # fmt: skip


def list_samples() -> tuple[Sample, ...]:
    """Return the samples; needs no scikit-learn."""
    return SAMPLES


def get_sample(sample_id: str) -> Sample:
    """Return one sample.

    Raises
    ------
    KeyError
        When there is no such sample.
    """
    return {sample.id: sample for sample in SAMPLES}[sample_id]


def _column_name(name: str) -> str:
    return name.replace(" (cm)", "").replace(" ", "_").replace("/", "_")


def sample_csv(sample_id: str) -> bytes:
    """Write a sample as CSV.

    Parameters
    ----------
    sample_id : str
        One of the ids that `list_samples` gives.

    Returns
    -------
    bytes
        UTF-8, comma-separated, with a header line.

    Raises
    ------
    KeyError
        When there is no such sample.
    """
    from sklearn import datasets  # the web process lists samples without scikit-learn

    sample = get_sample(sample_id)
    bunch = getattr(datasets, f"load_{sample_id}")(as_frame=True)
    frame = bunch.data.rename(columns=_column_name)
    if sample_id == "diabetes":
        frame[sample.target] = bunch.target.astype(int)
    else:
        names = [str(name) for name in bunch.target_names]
        if sample_id == "wine":
            names = ["first", "second", "third"]
        frame[sample.target] = [names[code] for code in bunch.target]
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False, lineterminator="\n")
    return buffer.getvalue().encode()
