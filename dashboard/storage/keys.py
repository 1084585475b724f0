"""Storage keys: made of integers and random hex only, so that no user text is ever part of one."""

import re

_HEX = re.compile(r"[0-9a-f]{8,32}")
_NAMES = frozenset(
    {"joblib", "skops", "onnx", "bundle", "check", "results", "out_of_fold", "input", "output"}
)
KEY = re.compile(r"(datasets|jobs|predictions)/[0-9]+(/[0-9a-f]{8,32})?(/[a-z_]+(-[0-9]+)?)?/?")


class BadKeyError(ValueError):
    """A key that is not made of integers, random hex and our own words."""


def new_token_is_valid(token: str) -> bool:
    """Tell whether a token may be part of a key."""
    return bool(_HEX.fullmatch(token))


def check_key(key: str) -> str:
    """Return the key.

    Raises
    ------
    BadKeyError
        When it is not of the form that this module makes.
    """
    if not KEY.fullmatch(key):
        raise BadKeyError(f"not a storage key: {key!r}")
    return key


def _number(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadKeyError(f"not a number: {value!r}")
    return value


def _token(value: str) -> str:
    if not isinstance(value, str) or not new_token_is_valid(value):
        raise BadKeyError(f"not a token: {value!r}")
    return value


def _name(value: str) -> str:
    if value not in _NAMES:
        raise BadKeyError(f"not a name of ours: {value!r}")
    return value


def dataset_prefix(dataset_id: int) -> str:
    """Return what all keys of a dataset begin with."""
    return f"datasets/{_number(dataset_id)}/"


def dataset_original(dataset_id: int, token: str) -> str:
    """Return the key of the bytes as uploaded."""
    return f"{dataset_prefix(dataset_id)}{_token(token)}/original"


def dataset_table(dataset_id: int, token: str, reading: int) -> str:
    """Return the key of the table of one reading of a dataset."""
    return f"{dataset_prefix(dataset_id)}{_token(token)}/table-{_number(reading)}"


def dataset_profile(dataset_id: int, token: str, reading: int) -> str:
    """Return the key of the profile that was made with a table."""
    return f"{dataset_prefix(dataset_id)}{_token(token)}/profile-{_number(reading)}"


def dataset_rejects(dataset_id: int, token: str, reading: int) -> str:
    """Return the key of the lines that one reading left out or mended."""
    return f"{dataset_prefix(dataset_id)}{_token(token)}/rejects-{_number(reading)}"


def dataset_baselines(dataset_id: int, digest: str) -> str:
    """Return the key of the baselines that jobs on the same target and folds share."""
    return f"{dataset_prefix(dataset_id)}{_token(digest[:32])}/baselines"


# What each reading of a dataset writes anew.
OF_A_READING = (dataset_table, dataset_profile, dataset_rejects)


def job_prefix(job_id: int) -> str:
    """Return what all keys of a job begin with."""
    return f"jobs/{_number(job_id)}/"


def attempt_prefix(job_id: int, lease: str) -> str:
    """Return what all keys of the files of one attempt begin with."""
    return f"{job_prefix(job_id)}{_token(lease)}/"


def job_artefact(job_id: int, lease: str, name: str) -> str:
    """Return the key of one file that an attempt of a job made."""
    return f"{job_prefix(job_id)}{_token(lease)}/{_name(name)}"


def beside(key: str, name: str, number: int) -> str:
    """Return the key of a file that is made later, in the folder where another one lies."""
    return check_key(f"{key.rpartition('/')[0]}/{_name(name)}-{_number(number)}")


def job_fold(job_id: int, lease: str, fold: int) -> str:
    """Return the key of one fold's out-of-fold predictions."""
    return f"{job_prefix(job_id)}{_token(lease)}/fold-{_number(fold)}"


def prediction_prefix(prediction_id: int) -> str:
    """Return what all keys of a prediction begin with."""
    return f"predictions/{_number(prediction_id)}/"


def prediction_file(prediction_id: int, token: str, name: str) -> str:
    """Return the key of a prediction's ``input`` or ``output``."""
    return f"{prediction_prefix(prediction_id)}{_token(token)}/{_name(name)}"
