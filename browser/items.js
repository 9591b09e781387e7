// What stands in the blocks of a picture.

/** @import { Block, GroupData, Item } from "./wire.js" */

/**
 * The figures, signs and references of a block.
 * @param {Block} block
 * @returns {Item[]}
 */
export function itemsOf(block) {
  if ("items" in block) return block.items;
  return block.kind === "lines" ? rowsOf(block.groups).flat() : [];
}

/**
 * The rows of groups and of the groups in them.
 * @param {GroupData[]} groups
 * @returns {Item[][]}
 */
export function rowsOf(groups) {
  return groups.flatMap(({ rows, groups: inner }) => [
    ...(rows ?? []).map(({ items }) => items),
    ...rowsOf(inner ?? []),
  ]);
}
