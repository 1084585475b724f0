"""Texts as ONNX: words split as scikit-learn splits them, and in lower case without a locale.

skl2onnx splits at letters that are not English, and asks for the locale en_US.UTF-8, which is
rare in containers.
"""

from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer

TEXTS = (TfidfVectorizer,)
# What scikit-learn's own pattern finds: two letters, digits or underscores, or more.
WORDS = r"[\p{L}\p{N}_]{2,}"
EVERYWHERE = "C"


def text_options(step: TfidfVectorizer) -> dict[str, Any]:
    """Return what skl2onnx is told of a step.

    The locale that is everywhere knows English letters alone. Words with others need the one
    that skl2onnx asks for: in it alone Ü becomes ü.
    """
    options = {"tokenexp": WORDS}
    if all(word.isascii() for word in step.vocabulary_):
        options["locale"] = EVERYWHERE
    return options
