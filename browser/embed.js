// A page that is part of another one tells it how high it is, so that the frame needs no scroll bar.
// The message is {type: "layerscope:height", height: pixels}; docs/pictures.md shows who listens.

const TYPE = "layerscope:height";
const FOUND_EVERY = 250; // ms: Streamlit puts the page's content there when it likes

/** Tell the page around this one its height, now and whenever it changes. */
export function tellHeight() {
  let last = 0;
  const observer = new ResizeObserver(([{ target }]) => {
    const { bottom } = target.getBoundingClientRect();
    const height = Math.ceil(bottom + (target.parentElement?.scrollTop ?? 0));
    if (height === last) return;
    last = height;
    parent.postMessage({ type: TYPE, height }, "*"); // a height is no secret
  });
  const finding = setInterval(() => {
    const content = document.querySelector('[data-testid="stMainBlockContainer"]');
    if (!content) return;
    clearInterval(finding);
    observer.observe(content);
  }, FOUND_EVERY);
}
