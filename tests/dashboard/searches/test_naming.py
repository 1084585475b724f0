"""Names of candidates: as long as a name may be, and whole parameters."""

from dashboard.searches.naming import NAME_LENGTH, VARYING_LENGTH, cut, join_name

VARYING = ", ".join(f"a_long_parameter_{n} 0.{n}" for n in range(12))


def test_a_name_is_not_cut_within_a_parameter() -> None:
    name = join_name("x" * 300, VARYING)
    assert len(name) <= NAME_LENGTH
    assert name.endswith(" ...")
    shown = name.removesuffix(" ...").split(", ")[1:]
    assert len(shown) > 3
    assert shown == VARYING.split(", ")[: len(shown)]
    assert join_name("trees", "depth 3") == "trees, depth 3"


def test_a_value_with_commas_is_one() -> None:
    layers = f"layers ({', '.join(['100'] * 40)})"
    assert cut(f"alpha 1, {layers}, solver adam", VARYING_LENGTH) == "alpha 1 ..."
    assert cut(layers, 20) == "layers (100, 100 ..."
