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
    ],
)
def test_signs_stay_in_order(page, texts):
    assert page.evaluate(PLACED, texts) == "".join(texts)
