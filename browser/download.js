// Pictures as files. The server draws them, of the blocks that it has sent, when they are asked for.

import { element } from "./dom.js";
import { themeOf } from "./theme.js";

/** @import { Mount } from "./charts.js" */

/**
 * What is to be taken away.
 * @typedef {object} Wanted
 * @property {string} format "svg", "png" or "pdf"
 * @property {string} [only] the figure; the whole picture where it is absent
 * @property {string} [scale] pixels of a PNG for each of the screen's
 */

const ASKED = "layerscope-download";
const SCALES = ["1", "2", "3", "4", "8"];
const USUAL_SCALE = "2";

/**
 * A button that takes a picture away.
 * @param {string} text
 * @param {string} label for screen readers
 * @param {() => Wanted} wanted
 * @param {string} [className]
 */
export function downloadButton(text, label, wanted, className = "") {
  const button = element("button", className, text);
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.addEventListener("click", () =>
    button.dispatchEvent(new CustomEvent(ASKED, { bubbles: true, detail: wanted() })),
  );
  return button;
}

/**
 * The buttons that take a whole picture away.
 * @param {string} title of the picture
 */
export function wholeDownloads(title) {
  const scale = element("select", "ls-select", ...SCALES.map((by) => new Option(`${by}×`, by)));
  scale.value = USUAL_SCALE;
  scale.setAttribute("aria-label", "Pixels of the PNG for each of the screen's");
  const button = (/** @type {string} */ format) =>
    downloadButton(
      format,
      `Download the picture “${title}” as ${format}`,
      () => ({ format: format.toLowerCase(), scale: scale.value }),
      "ls-button",
    );
  const png = element("span", "ls-joined", button("PNG"), scale);
  return element("span", "ls-whole", button("SVG"), png, button("PDF"));
}

/**
 * Answer the buttons within a mount.
 * @param {Mount} mount
 */
export function answerDownloads(mount) {
  mount.root.addEventListener(ASKED, async (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const block = mount.blocks.findIndex(({ node }) => node.contains(target));
    const { files } = mount.page ?? {};
    if (block < 0 || !files) return;
    const { path, ...whose } = files;
    const query = new URLSearchParams({
      ...whose,
      id: mount.data?.id ?? "",
      block: String(block),
      theme: themeOf(mount.root).name,
      .../** @type {CustomEvent<Record<string, string>>} */ (event).detail,
    });
    say(mount.blocks[block].node, await saved(`${path}?${query}`));
  });
}

/**
 * Save the file of an address; return why that is not possible, or nothing.
 * @param {string} address
 */
async function saved(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) return await answer.text();
    const name = answer.headers.get("content-disposition")?.match(/filename="([^"]+)"/)?.[1];
    const link = element("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name ?? "picture";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return "";
  } catch {
    return "The picture cannot be downloaded: the server does not answer. Try again.";
  }
}

/**
 * Write a sentence beneath a block, in place of the one before.
 * @param {HTMLElement} block
 * @param {string} sentence
 */
function say(block, sentence) {
  block.querySelector(":scope > .ls-refusal")?.remove();
  if (!sentence) return;
  const node = element("p", "ls-refusal", sentence);
  node.setAttribute("role", "alert");
  block.append(node);
}
