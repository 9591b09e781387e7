import inspect
from typing import Any, Literal

import keras
import pytest

from layers.catalog.signatures import field_of, fields_of
from layers.inputs.fields import BoolField, ChoiceField, FloatField, IntField, ShapeField


def field(text, hint: Any = None):
    """The field of one argument, written as in a signature."""
    namespace: dict[str, Any] = {}
    exec(f"def made({text}): pass", namespace)  # noqa: S102 (our own text)
    (parameter,) = inspect.signature(namespace["made"]).parameters.values()
    return field_of(parameter, hint)


@pytest.mark.parametrize(
    ("text", "hint", "kind", "default"),
    [
        ("units", None, IntField, 5),
        ("embed_dim", None, IntField, 10),
        ("projection_dim", None, IntField, 5),
        ("num_heads", None, IntField, 2),
        ("num_things", None, IntField, 2),
        ("patch_size", None, IntField, 2),
        ("rate", None, FloatField, 0.5),
        ("drop_prob", None, FloatField, 0.1),
        ("mlp_ratio", None, FloatField, 0.5),
        ("use_mask", None, BoolField, False),
        ("activation", None, ChoiceField, "linear"),
        ("activation='gelu'", None, ChoiceField, "gelu"),
        ("recurrent_activation='sigmoid'", None, ChoiceField, "sigmoid"),
        ("kernel_initializer='he_normal'", None, ChoiceField, "he_normal"),
        ("embeddings_initializer='uniform'", None, ChoiceField, "random_uniform"),
        ("alpha_initializer='Zeros'", None, ChoiceField, "zeros"),
        ("padding='causal'", None, ChoiceField, "causal"),
        ("padding=1", None, IntField, 1),
        ("kernel_size=(3, 5)", None, ShapeField, (3, 5)),
        ("strides=[1, 1]", None, ShapeField, (1, 1)),
        ("scale=2.5", None, FloatField, 2.5),
        ("depth: int", int, IntField, 1),
        ("depth=None", int | None, type(None), None),
        ("depth=3", int | None, IntField, 3),
        ("gain", float | None, FloatField, 0.5),
        ("mode='b'", Literal["a", "b"], ChoiceField, "b"),
        ("axis=-1", None, IntField, -1),
        ("cropping=((1, 1), (1, 1))", None, type(None), None),
        ("factors=()", None, type(None), None),
        ("table", None, type(None), None),
        ("words='some'", None, type(None), None),
        ("activation=print", None, type(None), None),
    ],
)
def test_an_argument_has_the_control_of_its_annotation_default_or_name(text, hint, kind, default):
    found = field(text, hint)
    assert type(found) is kind
    if found:
        assert found.default == default
        assert found.parse(found.text(default)) == default


def test_shares_lie_between_0_and_1_and_other_numbers_need_not():
    assert (field("rate=0.3").minimum, field("rate=0.3").maximum) == (0, 1)
    assert field("dropout_rate=2.0").maximum > 1
    assert field("scale=0.3").maximum > 1


def test_padding_and_cropping_may_be_0_and_a_kernel_may_not():
    assert field("cropping=(1, 1)").parse("0, 2") == (0, 2)
    with pytest.raises(ValueError, match="2 whole numbers from 1 to"):
        field("kernel_size=(3, 3)").parse("0, 2")


def test_arguments_of_keras_layer_itself_have_none():
    assert list(fields_of(keras.layers.Dropout)) == ["rate"]
    assert "dtype" not in fields_of(keras.layers.Dense)


def test_an_annotation_that_cannot_be_resolved_is_passed_over():
    class Odd(keras.layers.Layer):
        def __init__(self, units: "Nowhere" = 3):  # noqa: F821 # ty: ignore[unresolved-reference]
            super().__init__()
            self.units = units

    assert fields_of(Odd)["units"].default == 3


def test_a_default_beyond_the_usual_range_is_within_its_own():
    mask = field("mask_value=-1e9")
    assert isinstance(mask, FloatField)
    assert (mask.minimum, mask.maximum) == (-1e9, 1e6)
    assert mask.parse(mask.text(mask.default)) == -1e9
    assert field("largest=1e9").maximum == 1e9


@pytest.mark.parametrize(
    "text", ["limit=float('inf')", "limit=float('-inf')", "limit=float('nan')"]
)
def test_a_default_that_is_not_finite_has_no_control(text):
    assert field(text) is None


def test_words_whose_default_is_none_of_them_have_no_control():
    words = Literal["mean", "sum"]
    assert field("reduction=None", words) is None
    assert field("reduction", words) == ChoiceField(
        name="reduction", default="mean", choices=("mean", "sum")
    )
    assert field("reduction='sum'", words).default == "sum"
