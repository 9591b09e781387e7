// A formula in MathML, which the browser sets by itself.

const NAMESPACE = "http://www.w3.org/1998/Math/MathML";
const ELEMENTS = new Set(
  "math mfrac mi mn mo mover mrow mspace msqrt mstyle msub msubsup msup mtext munder munderover".split(
    " ",
  ),
);
const ATTRIBUTES = new Set("fence form mathvariant scriptlevel stretchy width".split(" "));

/**
 * A formula's elements. What does not belong in a formula is left out.
 * @param {string} text MathML
 */
export function formula(text) {
  const { documentElement } = new DOMParser().parseFromString(text, "application/xml");
  const made = document.createElementNS(NAMESPACE, "math");
  made.setAttribute("displaystyle", "true");
  made.append(...[...documentElement.childNodes].flatMap(copied));
  return made;
}

/**
 * @param {Node} node
 * @returns {(Node | string)[]}
 */
function copied(node) {
  if (!(node instanceof Element)) return [node.textContent ?? ""];
  if (!ELEMENTS.has(node.localName)) return [];
  const made = document.createElementNS(NAMESPACE, node.localName);
  for (const { name, value } of node.attributes) {
    if (ATTRIBUTES.has(name)) made.setAttribute(name, value);
  }
  made.append(...[...node.childNodes].flatMap(copied));
  return [made];
}
