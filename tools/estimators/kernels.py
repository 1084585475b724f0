"""The kernels of Gaussian processes that can be chosen, in plain words."""

from typing import NamedTuple


class KernelWords(NamedTuple):
    """Of one kernel: its title, a summary, and its parameters in words."""

    title: str
    summary: str
    parameters: dict[str, str]


_LENGTH = "How far apart rows are that still say something of each other; found while fitting"
KERNELS = {
    "RBF": KernelWords(
        "Radial basis function", "Very smooth; the usual one.", {"length_scale": _LENGTH}
    ),
    "Matern": KernelWords(
        "Matérn",
        "Like RBF, as rough as nu says.",
        {
            "length_scale": _LENGTH,
            "nu": "The smaller, the rougher; it stays as it is. 0.5, 1.5 and 2.5 are quick",
        },
    ),
    "RationalQuadratic": KernelWords(
        "Rational quadratic",
        "Many RBFs of different lengths at once.",
        {
            "length_scale": _LENGTH,
            "alpha": "The smaller, the more the lengths differ; found while fitting",
        },
    ),
    "DotProduct": KernelWords(
        "Dot product",
        "Straight lines, as in a linear model.",
        {"sigma_0": "How far from 0 the lines may begin; found while fitting"},
    ),
}
# What can be set of each beside its own: a parameter, its kernel, and how that one calls it.
AROUND = {
    "constant_value": (
        "ConstantKernel",
        "constant_value",
        "How high the whole goes: it is multiplied by this at first. None: by 1",
    ),
    "noise_level": (
        "WhiteKernel",
        "noise_level",
        "A WhiteKernel is added: how much of the target is noise at first. None: not added",
    ),
}
# What is not found while fitting has no bounds of its own. Beyond 10 a Matérn kernel is an RBF.
BOUNDS = {"nu": (0.0, 10.0)}
