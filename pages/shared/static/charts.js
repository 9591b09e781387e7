// Draws figures (plain Plotly data) with the plotly.js of the installed wheel.
//
// Called by Streamlit with every update; all state hangs on the element it is given, so that many
// pages and many mounts stay apart. What did not change is not drawn again.

const THEMES = {
  light: {
    paper: "#ffffff",
    text: "#1f2430",
    quiet: "#5b6472",
    bar: "#2f6db5",
    mark: "#b3005e",
    gap: "#e6e8ec",
    signed: [[0, "#1b4f93"], [0.25, "#7ea9da"], [0.5, "#f6f5f2"], [0.75, "#eea06a"], [1, "#b4430a"]],
    mask: [[0, "#2b3140"], [0.5, "#2b3140"], [0.5, "#cfe6dc"], [1, "#cfe6dc"]],
  },
  dark: {
    paper: "#0f131a",
    text: "#e8eaef",
    quiet: "#a3acbb",
    bar: "#6ea8ee",
    mark: "#ff7ac0",
    gap: "#3a4150",
    signed: [[0, "#8cc2ff"], [0.25, "#3b72b8"], [0.5, "#1c222c"], [0.75, "#b3591d"], [1, "#ffab70"]],
    mask: [[0, "#05070a"], [0.5, "#05070a"], [0.5, "#4f9479"], [1, "#4f9479"]],
  },
};

// Cell sizes in pixels. A ladder, so that one more unit seldom changes the size of every picture.
const SIZES = [44, 40, 36, 32, 28, 24, 20, 16, 14, 12, 10, 8, 6, 5, 4, 3, 2, 1];
const READABLE = 28; // pixels from which a number fits in a cell
const TALLEST = 560; // pixels
const GLYPH = 0.52; // width of a digit, in font sizes
const THINNEST = 10; // pixels below which Plotly takes a default size instead
const HISTOGRAM = { width: 260, height: 150 };
const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false };

const here = new URL(import.meta.url);
const states = new WeakMap();

const plotly = new Promise((resolve, reject) => {
  if (window.Plotly) return resolve(window.Plotly);
  const script = document.createElement("script");
  script.src = new URL("../plotly/plotly.min.js" + here.search, here).href;
  script.onload = () => resolve(window.Plotly);
  script.onerror = () => reject(new Error("plotly.js could not be loaded: reload the page."));
  document.head.append(script);
});

const style = document.createElement("link");
style.rel = "stylesheet";
style.href = new URL("layerscope.css" + here.search, here).href;
document.head.append(style);

export default async function charts({ data, parentElement }) {
  let state = states.get(parentElement);
  if (!state) {
    state = { root: element("div", "layerscope-charts"), figures: new Map(), order: "" };
    parentElement.append(state.root);
    states.set(parentElement, state);
    state.observer = new ResizeObserver(() => requestAnimationFrame(() => draw(state)));
  }
  state.data = data;
  state.Plotly = await plotly;
  if (state.data !== data) return undefined; // a newer update came while plotly.js was loading
  draw(state);
  state.observer.observe(state.root);
  return () => {
    state.observer.disconnect();
    for (const { graph } of state.figures.values()) state.Plotly.purge(graph);
    states.delete(parentElement);
    state.root.remove();
  };
}

function draw(state) {
  const { root, data } = state;
  const width = Math.floor(root.clientWidth);
  if (!width || !root.isConnected) return;
  const theme = themeOf(root);
  arrange(state);
  const cell = cellSize(data.items, width);
  const figures = data.items.filter((item) => item.figure).map((item) => item.figure);
  for (const figure of figures.filter(({ cells }) => cells)) {
    drawFigure(state, figure, theme, cell, width);
  }
  drawLegend(state, theme);
  // Charts can wait until the matrices are on the screen, and give way to a newer update.
  requestAnimationFrame(() =>
    setTimeout(() => {
      if (state.data !== data || !root.isConnected) return;
      for (const figure of figures.filter(({ cells }) => !cells)) {
        drawFigure(state, figure, theme, cell, width);
      }
    }),
  );
  root.dataset.timings = JSON.stringify(data.timings ?? {});
}

// Build the row: each figure with the signs before it, so that a line never ends in an operator, and
// what stands in brackets together where the page is wide enough.
function arrange(state) {
  const order = JSON.stringify(
    state.data.items.map((item) => (item.figure ? item.figure.name : item)),
  );
  if (order === state.order) return;
  state.order = order;
  const row = element("div", "ls-row");
  const wanted = new Set();
  let place = row; // the row, or within brackets
  let group = element("div", "ls-group");
  for (const { sign: mark, figure } of state.data.items) {
    if (mark?.text === ")") {
      place.lastElementChild.append(sign(mark));
      place = row;
    } else if (mark) {
      group.append(sign(mark));
      if (mark.text !== "(") continue;
      const brackets = element("div", "ls-group ls-brackets");
      brackets.append(group);
      row.append(brackets);
      place = brackets;
    } else {
      wanted.add(figure.name);
      if (!state.figures.has(figure.name)) state.figures.set(figure.name, makeFigure(state, figure));
      group.append(state.figures.get(figure.name).node);
      if (!group.isSameNode(place.lastElementChild)) place.append(group);
      group = element("div", "ls-group");
    }
  }
  for (const [name, made] of state.figures) {
    if (wanted.has(name)) continue;
    state.Plotly.purge(made.graph);
    state.figures.delete(name);
  }
  state.legend = element("div", "ls-legend");
  state.root.replaceChildren(row, state.legend);
}

function sign({ text, says, arrow }) {
  const node = element("span", arrow ? "ls-arrow" : "ls-sign", text);
  if (says) {
    node.title = says;
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", says);
  }
  return node;
}

function makeFigure(state, { name }) {
  const node = element("figure", "ls-figure");
  const plot = element("div", "ls-plot");
  const graph = element("div", "ls-graph");
  const cells = element("canvas", "ls-cells");
  cells.setAttribute("aria-hidden", "true");
  graph.dataset.tensor = name;
  graph.tabIndex = 0;
  graph.setAttribute("role", "img");
  const caption = element("figcaption");
  const title = element("span", "ls-title");
  const detail = element("span", "ls-detail");
  const tools = element("span", "ls-tools");
  const made = { node, graph, cells, title, detail, drawn: "" };
  for (const format of ["png", "svg"]) {
    const button = element("button", "", format.toUpperCase());
    button.type = "button";
    button.setAttribute("aria-label", `Download ${name} as ${format.toUpperCase()}`);
    button.addEventListener("click", () => download(state, made, format));
    tools.append(button);
  }
  caption.append(title, detail);
  plot.append(graph, cells);
  node.append(plot, caption, tools);
  return made;
}

function drawFigure(state, figure, theme, cell, width) {
  const made = state.figures.get(figure.name);
  const [rows, columns] = figure.cells ?? [0, 0];
  const size = figure.cells
    ? { width: columns * cell, height: rows * cell }
    : { width: Math.min(HISTOGRAM.width, width), height: HISTOGRAM.height };
  const key = JSON.stringify([figure.spec, size, theme.paper, devicePixelRatio]);
  made.figure = figure;
  made.theme = theme;
  made.graph.setAttribute("aria-label", figure.alt);
  if (made.title.textContent !== figure.title) made.title.textContent = figure.title;
  if (made.caption !== figure.caption) {
    made.caption = figure.caption; // each part on a line of its own where they do not fit on one
    made.detail.replaceChildren(
      ...figure.caption.split(" · ").map((part) => element("span", "", part)),
    );
  }
  if (key === made.drawn) return;
  made.drawn = key;
  const traces = figure.spec.data.map((trace) => painted(trace, figure, theme, cell));
  state.Plotly.react(made.graph, traces, layoutOf(figure, theme, size), CONFIG);
  if (figure.cells) writeCells(made.cells, traces[0], figure, theme, cell);
}

// Grid and numbers, on a canvas over the graph: Plotly's own gaps and text take 30 ms for three
// matrices of 170 cells, this one. In a downloaded file they are Plotly's.
function writeCells(canvas, { z, zmin, zmax }, figure, theme, cell) {
  const [rows, columns] = figure.cells;
  const ratio = devicePixelRatio || 1;
  Object.assign(canvas, { width: columns * cell * ratio, height: rows * cell * ratio });
  Object.assign(canvas.style, { width: `${columns * cell}px`, height: `${rows * cell}px` });
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  if (cell >= 8) {
    pen.fillStyle = theme.gap;
    for (let row = 0; row <= rows; row++) pen.fillRect(0, row * cell - 0.5, columns * cell, 1);
    for (let col = 0; col <= columns; col++) pen.fillRect(col * cell - 0.5, 0, 1, rows * cell);
  }
  const size = numberSize(figure.digits, cell);
  if (!size) return;
  const write = formatter(figure.format);
  const shades = theme[figure.palette].map(([at, colour]) => [at, ...channels(colour)]);
  Object.assign(pen, { textAlign: "center", textBaseline: "middle" });
  pen.font = `${size}px ${getComputedStyle(canvas).fontFamily}`;
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < columns; col++) {
      const value = z[row][col];
      if (!Number.isFinite(value)) continue; // marked by a cross
      pen.fillStyle = lightness(shades, (value - zmin) / (zmax - zmin)) > 140 ? "#16191f" : "#ffffff";
      pen.fillText(write(value), (col + 0.5) * cell, (row + 0.5) * cell + 0.5);
    }
  }
}

function formatter(format) {
  const decimals = Number(format.slice(1, -1));
  const write = format.endsWith("e")
    ? (value) => value.toExponential(decimals)
    : (value) => value.toFixed(decimals);
  return (value) => write(value).replace(/^-(?=[0.]*$)/, "").replace("-", "−");
}

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

function lightness(shades, at) {
  const place = Math.min(1, Math.max(0, at));
  const above = Math.max(1, shades.findIndex(([stop]) => stop >= place));
  const [from, ...low] = shades[above - 1];
  const [to, ...high] = shades[above];
  const part = to > from ? (place - from) / (to - from) : 1;
  const [red, green, blue] = low.map((value, index) => value + part * (high[index] - value));
  return 0.3 * red + 0.59 * green + 0.11 * blue;
}

function painted(trace, figure, theme, cell) {
  if (trace.type === "bar") return { ...trace, marker: { color: theme.bar } };
  if (trace.type === "scatter") {
    const line = { width: 1.5, color: theme.mark };
    const marker = { ...trace.marker, size: Math.max(3, cell * 0.5), color: theme.mark, line };
    return { ...trace, marker };
  }
  return { ...trace, z: unpack(trace.z), colorscale: theme[figure.palette] };
}

function layoutOf(figure, theme, size) {
  const { xaxis, yaxis, ...rest } = figure.spec.layout;
  const font = { color: theme.quiet, size: 11, family: "inherit" };
  const common = { paper_bgcolor: "rgba(0,0,0,0)", font, dragmode: false, ...size };
  const label = { bgcolor: theme.paper, bordercolor: theme.quiet, font: { color: theme.text } };
  const layout = { ...rest, ...common, hoverlabel: label, showlegend: false };
  if (figure.cells) {
    const bare = { visible: false, fixedrange: true };
    const [rows, columns] = figure.cells;
    const { width, height } = size;
    return {
      ...layout,
      width: Math.max(width, THINNEST),
      height: Math.max(height, THINNEST),
      margin: { l: 0, r: Math.max(0, THINNEST - width), t: 0, b: Math.max(0, THINNEST - height) },
      plot_bgcolor: theme.gap,
      xaxis: { ...bare, range: [-0.5, columns - 0.5] },
      yaxis: { ...bare, range: [rows - 0.5, -0.5] },
    };
  }
  const lines = { fixedrange: true, gridcolor: theme.gap, zerolinecolor: theme.quiet };
  return {
    ...layout,
    margin: { l: 34, r: 8, t: 6, b: 22 },
    plot_bgcolor: "rgba(0,0,0,0)",
    xaxis: { ...xaxis, ...lines, title: undefined, showgrid: false },
    yaxis: { ...yaxis, ...lines, title: undefined },
  };
}

// The largest cell with which the whole row reads well: on one line with numbers if it can be, on
// few lines if not; never wider than the page.
function cellSize(items, width) {
  const figures = items.filter((item) => item.figure?.cells).map((item) => item.figure);
  if (!figures.length) return 0;
  const fits = SIZES.filter((size) =>
    figures.every(
      ({ cells: [rows, columns] }) => columns * size <= width && rows * size <= TALLEST,
    ),
  );
  const numbers = figures.some((figure) => figure.digits);
  const pick = (lineCount, least, most = SIZES[0]) =>
    fits.find((size) => size >= least && size <= most && lines(items, size, width) <= lineCount);
  const readable = numbers ? pick(1, READABLE) ?? pick(2, READABLE, 36) ?? pick(3, READABLE, 32) : undefined;
  return readable ?? pick(1, 16) ?? pick(2, 8) ?? pick(3, 6) ?? stacked(fits);
}

// Where everything stands below everything else, as on a telephone.
function stacked(fits) {
  return fits.find((size) => size <= 36) ?? 1;
}

function lines(items, size, width) {
  const blocks = [];
  let before = 0;
  let brackets = 0; // width of what stands in brackets together; 0 outside of them
  for (const { sign: mark, figure } of items) {
    if (mark) {
      before += mark.arrow ? 26 + 7 * mark.text.length : 24;
      if (mark.text === "(") brackets = 1;
      if (mark.text !== ")") continue;
      blocks.push(brackets + before);
      before = brackets = 0;
      continue;
    }
    const wide = before + Math.max(figure.cells[1] * size, 7.5 * figure.title.length, 84) + 8;
    before = 0;
    if (brackets) brackets += wide;
    else blocks.push(wide);
  }
  let count = 1;
  let used = 0;
  for (const block of blocks) {
    if (used && used + block > width) {
      count += 1;
      used = 0;
    }
    used += block;
  }
  return count;
}

function numberSize(digits, cell) {
  if (!digits) return 0;
  const size = Math.min(12, Math.floor((cell - 4) / (digits * GLYPH)));
  return size >= 8 ? size : 0;
}

function drawLegend(state, theme) {
  const key = JSON.stringify([state.data.legend ?? [], theme.paper]);
  if (state.legend.dataset.key === key) return;
  state.legend.dataset.key = key;
  state.legend.replaceChildren(
    ...(state.data.legend ?? []).map(({ palette, label, low, high }) => {
      const entry = element("span", "ls-range");
      const bar = element("span", "ls-bar");
      const stops = theme[palette].map(([at, colour]) => `${colour} ${100 * at}%`);
      bar.style.background = `linear-gradient(to right, ${stops})`;
      entry.append(element("b", "", label), element("span", "", low), bar, element("span", "", high));
      return entry;
    }),
  );
}

// A file stands alone: it carries the title, the axes and the colour bar that the page shows around it.
async function download(state, { figure, theme }, format) {
  const [rows, columns] = figure.cells ?? [0, 0];
  const cell = Math.max(2, Math.min(36, Math.floor(900 / Math.max(rows, columns, 1))));
  const plot = figure.cells
    ? { width: Math.max(160, columns * cell), height: Math.max(36, rows * cell) }
    : { width: 480, height: 280 };
  const margin = { l: 70, r: figure.cells ? 90 : 24, t: 48, b: 56 };
  const size = { width: plot.width + margin.l + margin.r, height: plot.height + margin.t + margin.b };
  const data = figure.spec.data.map((trace) => {
    const made = painted(trace, figure, theme, cell);
    if (trace.type !== "heatmap") return made;
    const gap = cell >= 8 ? 1 : 0;
    const font = numberSize(figure.digits, cell);
    const text = font ? { texttemplate: `%{z:${figure.format}}`, textfont: { size: font } } : {};
    const colorbar = { thickness: 10, outlinewidth: 0, len: 1, nticks: 5 };
    return { ...made, ...text, xgap: gap, ygap: gap, showscale: plot.height >= 100, colorbar };
  });
  const { xaxis, yaxis } = figure.spec.layout;
  const ticks = { color: theme.text, zeroline: false, showgrid: !figure.cells, ...countTicks(figure) };
  const layout = {
    ...layoutOf(figure, theme, size),
    margin,
    paper_bgcolor: theme.paper,
    font: { color: theme.text, size: 12, family: "Source Sans, Source Sans 3, sans-serif" },
    title: { text: `${figure.title}  ${figure.caption}`, font: { size: 13 }, x: 0.02, y: 0.97 },
    xaxis: { ...ticks, ...xaxis, gridcolor: theme.gap },
    yaxis: { ...ticks, ...yaxis, gridcolor: theme.gap },
  };
  if (figure.cells) {
    layout.xaxis.range = [-0.5, columns - 0.5];
    layout.yaxis.range = [rows - 0.5, -0.5];
    delete layout.yaxis.autorange;
  }
  const scale = format === "png" ? 2 : 1;
  const url = await state.Plotly.toImage({ data, layout }, { format, scale, ...size });
  const link = element("a");
  link.href = url;
  link.download = `${figure.file_name}.${format}`;
  link.click();
}

function countTicks({ cells }) {
  return cells ? { tickformat: "d", nticks: 8 } : {};
}

function unpack({ bdata, shape }) {
  const [rows, columns] = shape.split(",").map(Number);
  const bytes = Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0));
  const all = new Float32Array(bytes.buffer);
  return Array.from({ length: rows }, (_, row) => all.subarray(row * columns, (row + 1) * columns));
}

function themeOf(node) {
  const colour = getComputedStyle(node).getPropertyValue("--st-background-color");
  const probe = element("span");
  probe.style.color = colour;
  node.append(probe);
  const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
  probe.remove();
  return 0.3 * red + 0.59 * green + 0.11 * blue < 128 ? THEMES.dark : THEMES.light;
}

function element(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text; // never as markup
  return node;
}
