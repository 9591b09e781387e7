// The terms of one sum as bars, in order, as `figures/terms.py` draws them.

import { significant } from "./numbers.js";

/** @import { FigureData } from "./wire.js" */

const MOST = 128; // bars; of more terms neighbours share one

/**
 * @param {number[]} products
 * @param {string} where
 * @param {string} cell
 * @returns {FigureData}
 */
export function terms(products, where, cell) {
  const together = Math.max(1, Math.ceil(products.length / MOST));
  const bars = [];
  for (let at = 0; at < products.length; at += together) {
    bars.push(products.slice(at, at + together).reduce((sum, product) => sum + product, 0));
  }
  const finite = bars.filter(Number.isFinite);
  const name = `terms of ${where}`;
  let caption = `${products.length} terms, in order · up adds, down takes away`;
  if (together > 1) caption += ` · each bar ${together} of them`;
  let alt = `${name}: no finite terms`;
  if (finite.length) {
    const sizes = products.map(Math.abs);
    const most = sizes.indexOf(Math.max(...sizes));
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    alt = `${name}: ${products.length} terms from ${significant(low, 3)} to ${significant(high, 3)}; `;
    alt += `the largest in size is number ${most}, ${significant(products[most], 3)}`;
  }
  const data = /** @type {any} */ ({
    type: "bar",
    y: bars.map((bar) => (Number.isFinite(bar) ? Number(bar.toPrecision(4)) : null)),
    hovertemplate: "term %{x}: %{y:.4g}<extra></extra>",
  });
  return {
    name,
    spec: { data: [data], layout: { xaxis: {}, yaxis: {}, bargap: 0.15 } },
    alt,
    title: "Terms",
    caption,
    file_name: `terms-${cell.replaceAll("/", "-")}`,
    palette: "signed",
  };
}
