"""A row's signs stand in the order in which they are sent, whatever brackets hold together."""

import pytest

PLACED = """async (texts) => {
  const { arrange } = await import("/row.js");
  const { element } = await import("/dom.js");
  const items = texts.map((text) => text.length > 2
    ? { figure: { name: text } } : { sign: { text } });
  return arrange(items, (figure) => element("b", "", figure.name)).textContent;
}"""


@pytest.mark.parametrize(
    "texts",
    [
        ["(", "random", "×", "9", "+", "1", ")", "×", "2", "=", "product"],
        ["inputs", "·", "(", "left", "+", "right", ")", "=", "outputs"],
        ["(", "(", "left", "+", "right", ")", "×", "2", ")", "·", "inputs"],
        ["f", "(", "left", ")", "+", "g", "(", "1", "−", "right", ")"],
        ["inputs", "·", "(", "left", "ᵀ", "+", "right", ")", "ᵀ", "=", "outputs"],
    ],
)
def test_signs_stay_in_order(page, texts):
    assert page.evaluate(PLACED, texts) == "".join(texts)


def test_what_belongs_to_a_figure_is_on_its_line(page):
    beside = """async () => {
      const { arrange } = await import("/row.js");
      const { element } = await import("/dom.js");
      const [inputs, bias, outputs] = ["inputs", "bias", "outputs"].map((name) =>
        ({ figure: { name } }));
      const [plus, turned, shown, equals] = ["+", "ᵀ", "[heads shown]", "="].map((text) =>
        ({ sign: { text } }));
      const items = [inputs, turned, plus, bias, shown, equals, outputs];
      const row = arrange(items, (figure) => element("b", "", figure.name));
      return [...row.children].map((group) => group.textContent);
    }"""
    assert page.evaluate(beside) == ["inputsᵀ", "+bias[heads shown]", "=outputs"]
