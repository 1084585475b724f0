"""The mean of several models as ONNX: each one's own conversion, side by side in one graph.

skl2onnx converts votes whose members take one tensor. Those of a blend take the table's columns,
each with preprocessing of its own.
"""

from collections.abc import Sequence
from typing import Any

from onnx import AttributeProto, GraphProto, ModelProto, TensorProto, helper
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline

VOTES = (VotingClassifier, VotingRegressor)
LABEL, PROBABILITIES, NUMBER = "label", "probabilities", "variable"


def list_members(model: Pipeline) -> list[Pipeline]:
    """Return the models whose weighted mean a model is, preprocessing included; else none."""
    vote = model[-1]
    is_mean = isinstance(vote, VotingRegressor) or (
        isinstance(vote, VotingClassifier) and vote.voting == "soft"
    )
    if not is_mean or len(vote.estimators_) < 2:
        return []
    return [
        member
        if isinstance(member, Pipeline)
        else Pipeline([*model.steps[:-1], (model.steps[-1][0], member)])
        for member in vote.estimators_
    ]


def weights_of(model: Pipeline) -> list[float]:
    """Return how much each member of a vote counts; together 1."""
    vote = model[-1]
    given = [1.0] * len(vote.estimators_) if vote.weights is None else vote.weights
    # What is left out of a vote has no weight in it.
    kept = [w for (_, made), w in zip(vote.estimators, given, strict=True) if made != "drop"]
    return [float(weight) / float(sum(kept)) for weight in kept]


def write_mean(
    members: Sequence[ModelProto], weights: Sequence[float], classes: Sequence[Any] | None
) -> ModelProto:
    """Write the weighted mean of several models that have the same inputs.

    Parameters
    ----------
    members : sequence of ModelProto
        Their first output is a number, or their second one probabilities.
    weights : sequence of float
        How much each counts; together 1.
    classes : sequence or None
        Those of the probabilities; the most probable one becomes the first output.
    """
    inputs = {one.name for one in members[0].graph.input}
    nodes, constants, weighted = [], [], []
    for n, (member, weight) in enumerate(zip(members, weights, strict=True)):
        graph = GraphProto()
        graph.CopyFrom(member.graph)
        _put_before(f"{n}/", graph, inputs)
        nodes += list(graph.node)
        constants += list(graph.initializer)
        told = graph.output[0 if classes is None else 1].name
        part, constant = f"{n}/weighted", _constant(f"{n}/weight", TensorProto.FLOAT, [weight])
        if classes is None:  # some answer with a row of numbers
            nodes.append(helper.make_node("Reshape", [told, "/column"], [f"{n}/column"]))
            told = f"{n}/column"
        nodes.append(helper.make_node("Mul", [told, constant.name], [part]))
        constants.append(constant)
        weighted.append(part)
    mean = _unlike(inputs, NUMBER if classes is None else PROBABILITIES)
    nodes.append(helper.make_node("Sum", weighted, [mean]))
    width = 1 if classes is None else len(classes)
    outputs = [helper.make_tensor_value_info(mean, TensorProto.FLOAT, [None, width])]
    if classes is None:
        constants.append(_constant("/column", TensorProto.INT64, [-1, 1]))
    else:
        label = _unlike(inputs, LABEL)
        nodes += [
            helper.make_node("ArgMax", [mean], ["/most"], axis=1, keepdims=0),
            helper.make_node("Gather", ["/classes", "/most"], [label], axis=0),
        ]
        names = [str(name).encode() for name in classes]
        constants.append(_constant("/classes", TensorProto.STRING, names))
        outputs.insert(0, helper.make_tensor_value_info(label, TensorProto.STRING, [None]))
    given = list(members[0].graph.input)
    return _as_model(helper.make_graph(nodes, "mean", given, outputs, constants), members)


def _unlike(inputs: set[str], name: str) -> str:
    """Return a name for an output that no column has."""
    while name in inputs:
        name += "_"
    return name


def _as_model(graph: GraphProto, members: Sequence[ModelProto]) -> ModelProto:
    """Return a model that asks for the newest of what its members ask for."""
    domains: dict[str, int] = {}
    for member in members:
        for one in member.opset_import:
            domains[one.domain] = max(one.version, domains.get(one.domain, 0))
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid(*one) for one in sorted(domains.items())]
    )
    made.ir_version = max(member.ir_version for member in members)
    made.producer_name = members[0].producer_name
    made.producer_version = members[0].producer_version
    return made


def _constant(name: str, kind: int, values: Sequence[Any]) -> TensorProto:
    return helper.make_tensor(name, kind, [len(values)], values)


def _put_before(prefix: str, graph: GraphProto, kept: set[str]) -> None:
    """Rename all that a graph and those within it name, but for the inputs."""

    def renamed(name: str) -> str:
        return name if not name or name in kept else prefix + name

    for node in graph.node:
        node.name = renamed(node.name)
        for names in (node.input, node.output):
            names[:] = [renamed(name) for name in names]
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                _put_before(prefix, attribute.g, kept)
    for named in (*graph.initializer, *graph.input, *graph.output, *graph.value_info):
        named.name = renamed(named.name)
