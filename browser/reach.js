// Which cells made which: boxes of cells followed through a run's steps. Plain numbers only.
//
// A box is one [start, end) an axis. The steps' spans say how far each axis of an operand reaches:
// the result's axis that moves it, null for the whole axis, or [axis, size, stride, offset]; of an
// axis that was flattened into it also [every, wrap]: it is a digit of the index. Of several cells
// of a flattened axis a box may hold more than them, for they are no box.

// The tensors shown that made a box of cells; `far` where another one shown stands between.
export function sources({ steps, tensors }, shown, name, box) {
  const found = [];
  const visit = (result, cells, far) => {
    const step = steps.find((made) => made.result === result);
    for (const [operand, spans] of step?.from ?? []) {
      const part = spans.map((span, axis) =>
        clip(moved(span, cells), tensors[operand].shape[axis]),
      );
      const visible = shown.has(operand);
      if (visible) found.push({ name: operand, box: part, far });
      visit(operand, part, far || visible);
    }
  };
  visit(name, box, false);
  return found;
}

// The tensors shown that a box of cells helps to make.
export function reached({ steps, tensors }, shown, name, box) {
  const found = [];
  const visit = (operand, cells, far) => {
    for (const { result, from } of steps) {
      for (const [used, spans] of from) {
        if (used !== operand) continue;
        const part = through(spans, cells, tensors[result].shape);
        const visible = shown.has(result);
        if (visible) found.push({ name: result, box: part, far });
        visit(result, part, far || visible);
      }
    }
  };
  visit(name, box, false);
  return found;
}

// The cells that are one number with these: copies of one stored cell.
export function twins({ steps, tensors }, name, box) {
  const step = steps.find(({ result, copies }) => result === name && copies);
  if (!step) return undefined;
  const [[operand, spans]] = step.from;
  const stored = spans.map((span, axis) => clip(moved(span, box), tensors[operand].shape[axis]));
  return through(spans, stored, tensors[name].shape);
}

function moved(span, box) {
  if (span === null) return [0, Infinity];
  if (!Array.isArray(span)) return box[span];
  const [axis, size, stride, offset, every, wrap] = span;
  const [start, end] = axis === null ? [0, 1] : box[axis];
  if (wrap) {
    const [low, high] = [Math.floor(start / every), Math.floor((end - 1) / every)];
    const whole = high - low >= wrap || low % wrap > high % wrap;
    return whole ? [0, wrap] : [low % wrap, (high % wrap) + 1];
  }
  return [offset + stride * start, offset + stride * (end - 1) + size];
}

function through(spans, box, shape) {
  const part = shape.map((length) => [0, length]);
  const last = new Map();
  spans.forEach((span, at) => {
    if (span === null) return;
    const [axis, size, stride, offset, every, wrap] = Array.isArray(span) ? span : [span, 1, 1, 0];
    if (axis === null) return;
    if (wrap) {
      part[axis][0] += box[at][0] * every;
      last.set(axis, (last.get(axis) ?? 0) + (box[at][1] - 1) * every);
      return;
    }
    const since = Math.ceil((box[at][0] - offset - size + 1) / stride);
    const until = Math.floor((box[at][1] - 1 - offset) / stride) + 1;
    part[axis] = [Math.max(part[axis][0], since), Math.min(part[axis][1], until)];
  });
  for (const [axis, at] of last) part[axis][1] = at + 1;
  return part;
}

function clip([start, end], length) {
  return [Math.max(0, start), Math.min(length, end)];
}
