"""Several models that vote as ONNX: each one's own conversion, side by side in one graph.

skl2onnx converts votes whose members take one tensor. Those of a blend take the table's columns,
each with preprocessing of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from onnx import AttributeProto, GraphProto, ModelProto, TensorProto, ValueInfoProto, helper
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.pipeline import Pipeline

VOTES = (VotingClassifier, VotingRegressor)
LABEL, PROBABILITIES, NUMBER = "label", "probabilities", "variable"


def list_members(model: Pipeline) -> list[Pipeline]:
    """Return the models that vote in a model, preprocessing included; of any other none."""
    vote = model[-1]
    if not isinstance(vote, VOTES) or len(vote.estimators_) < 2:
        return []
    return [
        member
        if isinstance(member, Pipeline)
        else Pipeline([*model.steps[:-1], (model.steps[-1][0], member)])
        for member in vote.estimators_
    ]


def write_vote(model: Pipeline, members: Sequence[ModelProto]) -> ModelProto:
    """Write what a model makes of its members' answers."""
    vote, weights = model[-1], _weights_of(model)
    if isinstance(vote, VotingClassifier) and vote.voting == "hard":
        return write_ballot(members, weights, vote.classes_)
    shares = [weight / sum(weights) for weight in weights]
    return write_mean(members, shares, getattr(model, "classes_", None))


def _weights_of(model: Pipeline) -> list[float]:
    """Return how much each member of a vote counts."""
    vote = model[-1]
    given = [1.0] * len(vote.estimators_) if vote.weights is None else vote.weights
    # What is left out of a vote has no weight in it.
    return [
        float(w) for (_, made), w in zip(vote.estimators, given, strict=True) if made != "drop"
    ]


def write_ballot(
    members: Sequence[ModelProto], weights: Sequence[float], classes: Sequence[Any]
) -> ModelProto:
    """Write the class that most of several models name, which have the same inputs.

    Parameters
    ----------
    members : sequence of ModelProto
        Their first output is the place of a class.
    weights : sequence of float
        How much each counts. They are added up with 64 bits, as scikit-learn does, so that a tie
        is one in both: then the first class wins.
    classes : sequence
        What the places stand for.
    """
    graph = _beside(members)
    for n, (told, weight) in enumerate(zip(graph.first, weights, strict=True)):
        constant = _constant(f"{n}/weight", TensorProto.DOUBLE, [weight])
        graph.constants.append(constant)
        graph.nodes += [
            helper.make_node("Reshape", [told, "/column"], [f"{n}/column"]),
            helper.make_node("Equal", [f"{n}/column", "/places"], [f"{n}/named"]),
            helper.make_node("Cast", [f"{n}/named"], [f"{n}/vote"], to=TensorProto.DOUBLE),
            helper.make_node("Mul", [f"{n}/vote", constant.name], [f"{n}/weighted"]),
        ]
    weighted = [f"{n}/weighted" for n in range(len(members))]
    graph.nodes.append(helper.make_node("Sum", weighted, ["/votes"]))
    graph.constants += [
        _constant("/column", TensorProto.INT64, [-1, 1]),
        _constant("/places", TensorProto.INT64, range(len(classes))),
    ]
    outputs = [_name_most(graph, "/votes", classes)]
    return _as_model(graph, "ballot", outputs, members)


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
    graph, weighted = _beside(members), []
    answers = graph.first if classes is None else graph.second
    for n, (told, weight) in enumerate(zip(answers, weights, strict=True)):
        part, constant = f"{n}/weighted", _constant(f"{n}/weight", TensorProto.FLOAT, [weight])
        if classes is None:  # some answer with a row of numbers
            graph.nodes.append(helper.make_node("Reshape", [told, "/column"], [f"{n}/column"]))
            told = f"{n}/column"
        graph.nodes.append(helper.make_node("Mul", [told, constant.name], [part]))
        graph.constants.append(constant)
        weighted.append(part)
    mean = _unlike(graph.inputs, NUMBER if classes is None else PROBABILITIES)
    graph.nodes.append(helper.make_node("Sum", weighted, [mean]))
    width = 1 if classes is None else len(classes)
    outputs = [helper.make_tensor_value_info(mean, TensorProto.FLOAT, [None, width])]
    if classes is None:
        graph.constants.append(_constant("/column", TensorProto.INT64, [-1, 1]))
    else:
        outputs.insert(0, _name_most(graph, mean, classes))
    return _as_model(graph, "mean", outputs, members)


@dataclass
class _Graph:
    """Several models in one graph; `first` and `second` are the names of their outputs."""

    inputs: set[str]
    nodes: list[Any] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    second: list[str] = field(default_factory=list)


def _beside(members: Sequence[ModelProto]) -> _Graph:
    """Put models that have the same inputs side by side, each with names of its own."""
    made = _Graph({one.name for one in members[0].graph.input})
    for n, member in enumerate(members):
        graph = GraphProto()
        graph.CopyFrom(member.graph)
        _put_before(f"{n}/", graph, made.inputs)
        made.nodes += list(graph.node)
        made.constants += list(graph.initializer)
        made.first.append(graph.output[0].name)
        made.second.append(graph.output[-1].name)
    return made


def _name_most(graph: _Graph, told: str, classes: Sequence[Any]) -> ValueInfoProto:
    """Write the class whose column is the greatest, the first one of equals; return the output."""
    label = _unlike(graph.inputs, LABEL)
    graph.nodes += [
        helper.make_node("ArgMax", [told], ["/most"], axis=1, keepdims=0),
        helper.make_node("Gather", ["/classes", "/most"], [label], axis=0),
    ]
    names = [str(name).encode() for name in classes]
    graph.constants.append(_constant("/classes", TensorProto.STRING, names))
    return helper.make_tensor_value_info(label, TensorProto.STRING, [None])


def _unlike(inputs: set[str], name: str) -> str:
    """Return a name for an output that no column has."""
    while name in inputs:
        name += "_"
    return name


def _as_model(
    made: _Graph, name: str, outputs: Sequence[ValueInfoProto], members: Sequence[ModelProto]
) -> ModelProto:
    """Return a model that asks for the newest of what its members ask for."""
    given = list(members[0].graph.input)
    graph = helper.make_graph(made.nodes, name, given, outputs, made.constants)
    domains: dict[str, int] = {}
    for member in members:
        for one in member.opset_import:
            domains[one.domain] = max(one.version, domains.get(one.domain, 0))
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid(*one) for one in sorted(domains.items())]
    )
    model.ir_version = max(member.ir_version for member in members)
    model.producer_name = members[0].producer_name
    model.producer_version = members[0].producer_version
    return model


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
