// The page's own controls: whose field one is, and numbers that it shows ahead of the page.

const { set } = /** @type {{set: (value: string) => void}} */ (
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")
);

/**
 * The field of a control, from the class that Streamlit gives what has a key.
 * @param {Element} input
 */
export function fieldOf(input) {
  const key = input.closest('[class*="st-key-"]')?.className.match(/(?:^| )st-key-([\w-]+)/);
  return key?.[1];
}

/**
 * Show numbers in the controls of their fields, but not in the one that is in use. Streamlit shows
 * them as during a drag that has not ended, and tells the server nothing. The box beside a slider
 * shows the slider's number by itself.
 * @param {Record<string, string>} numbers
 */
export function showNumbers(numbers) {
  for (const [name, text] of Object.entries(numbers)) {
    const inputs = document.querySelectorAll(
      `.st-key-${CSS.escape(name)} :is(input[type="range"], .stTextInput input)`,
    );
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (inputs)) {
      const shown = input.type === "text" ? text.replaceAll(",", ", ") : text; // a shape
      if (input === document.activeElement || input.value === shown) continue;
      set.call(input, shown); // a slider takes the nearest that it has
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}
