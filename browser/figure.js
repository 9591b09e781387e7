// One figure: plain Plotly data drawn by plotly.js, with its caption and its own downloads.

import { element } from "./dom.js";
import { colourOf, inkOf } from "./theme.js";

const GLYPH = 0.52; // width of a digit, in font sizes
const THINNEST = 10; // pixels below which Plotly takes a default size instead
const GRIDDED = 8; // pixels a cell from which cells are set apart by lines
const HISTOGRAM = { width: 240, height: 110 };
const CONFIG = { displayModeBar: false, responsive: false, doubleClick: false };

export function makeFigure(Plotly, name) {
  const graph = element("div", "ls-graph");
  graph.dataset.tensor = name;
  graph.setAttribute("role", "img");
  const cells = element("canvas", "ls-cells");
  cells.setAttribute("aria-hidden", "true");
  const lights = element("div", "ls-lights");
  lights.setAttribute("aria-hidden", "true");
  const plot = element("div", "ls-plot", graph, cells, lights);
  plot.tabIndex = 0;
  plot.setAttribute("role", "group"); // what takes the focus has a name
  plot.setAttribute("aria-label", name);
  const title = element("span", "ls-title");
  const detail = element("span", "ls-detail");
  const tools = element("span", "ls-tools");
  const made = { graph, cells, lights, plot, title, detail, drawn: "" };
  for (const format of ["PNG", "SVG"]) {
    const button = element("button", "", format);
    button.type = "button";
    button.setAttribute("aria-label", `Download ${name} as ${format}`);
    button.addEventListener("click", () => download(Plotly, made, format.toLowerCase()));
    tools.append(button);
  }
  made.node = element("figure", "ls-figure", plot, element("figcaption", "", title, detail), tools);
  return made;
}

// Draw a figure where it changed; `cell` is the size of a matrix's cells in pixels.
export function drawFigure(Plotly, made, figure, theme, cell, width) {
  const [rows, columns] = figure.cells ?? [0, 0];
  const size = figure.cells
    ? { width: columns * cell, height: rows * cell }
    : { width: Math.min(HISTOGRAM.width, width), height: HISTOGRAM.height };
  const key = JSON.stringify([figure, size, theme.paper, devicePixelRatio]);
  if (key === made.drawn) return;
  Object.assign(made, { drawn: key, figure, theme, cell });
  made.graph.setAttribute("aria-label", figure.alt);
  made.title.textContent = figure.title ?? figure.name;
  made.detail.replaceChildren(
    ...figure.caption.split(" · ").map((part) => element("span", "", part)),
  );
  const traces = figure.spec.data.map((trace) => painted(trace, figure, theme, cell));
  // Plotly asks whether there is any room at all; asking the DOM lays the page out for every figure.
  Object.defineProperty(made.graph, "clientWidth", { value: size.width, configurable: true });
  Object.defineProperty(made.graph, "clientHeight", { value: size.height, configurable: true });
  // Where a matrix's cells answer by themselves, Plotly's own handlers are left out.
  const config = { ...CONFIG, staticPlot: figure.spec.data[0].hoverinfo === "skip" };
  Plotly.react(made.graph, traces, layoutOf(figure, theme, size), config);
  made.cells.hidden = !figure.cells;
  made.z = figure.cells && traces[0].z;
  if (figure.cells) writeCells(made);
}

// Say that a figure's cells answer to keys, and how.
export function isWalked(made, keys = "Enter pins one, F2 types into it") {
  made.plot.setAttribute("role", "application");
  made.plot.setAttribute("aria-roledescription", "matrix");
  made.plot.setAttribute(
    "aria-label",
    `${made.figure.name}: ${["arrow keys walk its cells", keys].filter(Boolean).join(", ")}`,
  );
}

function painted(trace, figure, theme, cell) {
  if (trace.type === "bar") {
    const [below, above] = [theme.signed[0][1], theme.signed.at(-1)[1]];
    const color = figure.palette ? trace.y.map((y) => (y < 0 ? below : above)) : theme.bar;
    return { ...trace, marker: { color } };
  }
  if (trace.type === "scatter") {
    const line = { width: 1.5, color: theme.mark };
    return { ...trace, marker: { ...trace.marker, size: Math.max(3, cell * 0.5), line } };
  }
  const scale = { colorscale: theme[figure.palette], showscale: false, hoverongaps: false };
  return { ...trace, ...scale, z: unpack(trace.z) };
}

function layoutOf(figure, theme, { width, height }) {
  const layout = {
    width: Math.max(width, THINNEST),
    height: Math.max(height, THINNEST),
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: figure.cells ? theme.gap : "rgba(0,0,0,0)",
    font: { color: theme.quiet, size: 11, family: "inherit" },
    hoverlabel: { bgcolor: theme.paper, bordercolor: theme.quiet, font: { color: theme.text } },
    dragmode: false,
    hovermode: figure.spec.data[0].hoverinfo === "skip" ? false : "closest",
    showlegend: false,
  };
  if (figure.cells) {
    const [rows, columns] = figure.cells;
    const bare = { visible: false, fixedrange: true };
    layout.margin = { l: 0, r: layout.width - width, t: 0, b: layout.height - height };
    layout.xaxis = { ...bare, range: [-0.5, columns - 0.5] };
    layout.yaxis = { ...bare, range: [rows - 0.5, -0.5] };
    return layout;
  }
  // The range stands in the caption: measuring tick labels would take longer than all the rest.
  const bare = { fixedrange: true, showticklabels: false, showgrid: false, zeroline: false };
  layout.margin = { l: 0, r: 0, t: 4, b: 1 };
  layout.bargap = figure.spec.layout.bargap;
  const line = figure.palette ? {} : { linecolor: theme.quiet }; // signed bars hang from zero
  layout.xaxis = { ...bare, range: figure.spec.layout.xaxis.range, ...line };
  const zero = { zeroline: Boolean(figure.palette), zerolinecolor: theme.quiet };
  layout.yaxis = { ...bare, rangemode: "tozero", ...zero };
  return layout;
}

// Grid and numbers, on a canvas over the graph: for three matrices of 170 cells Plotly's own gaps
// and text take 30 ms, these take 3. In a downloaded file they are Plotly's.
function writeCells({ cells: canvas, z, figure, theme, cell }) {
  const [rows, columns] = figure.cells;
  const { zmin, zmax } = figure.spec.data[0];
  const ratio = devicePixelRatio || 1;
  Object.assign(canvas, { width: columns * cell * ratio, height: rows * cell * ratio });
  Object.assign(canvas.style, { width: `${columns * cell}px`, height: `${rows * cell}px` });
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  if (cell >= GRIDDED) {
    pen.fillStyle = theme.gap;
    for (let row = 0; row <= rows; row++) pen.fillRect(0, row * cell - 0.5, columns * cell, 1);
    for (let col = 0; col <= columns; col++) pen.fillRect(col * cell - 0.5, 0, 1, rows * cell);
  }
  writeNumbers(pen, canvas, { z, figure, theme, cell });
}

// Paint over a figure what it has grown to so far: `grown(row, column)` is a number or nothing.
export function paintGrown(made, grown) {
  const { figure, theme, cell } = made;
  const [rows, columns] = figure.cells;
  const { zmin, zmax } = figure.spec.data[0];
  const pen = made.cells.getContext("2d");
  const colour = colourOf(theme[figure.palette]);
  const gap = cell >= GRIDDED ? 1 : 0;
  const z = made.z.map((row, r) => Array.from(row, (_, c) => grown(r, c) ?? NaN));
  pen.fillStyle = theme.gap;
  pen.fillRect(0, 0, columns * cell, rows * cell);
  z.forEach((row, r) =>
    row.forEach((value, c) => {
      pen.fillStyle = Number.isFinite(value) ? colour((value - zmin) / (zmax - zmin)) : theme.paper;
      pen.fillRect(c * cell + gap / 2, r * cell + gap / 2, cell - gap, cell - gap);
    }),
  );
  writeNumbers(pen, made.cells, { z, figure, theme, cell });
  made.grown = true;
}

// Show a figure as it is again.
export function paintWhole(made) {
  if (!made.grown) return;
  made.grown = false;
  writeCells(made);
}

function writeNumbers(pen, canvas, { z, figure, theme, cell }) {
  const [rows, columns] = figure.cells;
  const { zmin, zmax } = figure.spec.data[0];
  const size = numberSize(figure.digits, cell);
  if (!size) return;
  const write = formatter(figure.format);
  const ink = inkOf(theme[figure.palette]);
  Object.assign(pen, { textAlign: "center", textBaseline: "middle" });
  pen.font = `${size}px ${getComputedStyle(canvas).fontFamily}`;
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < columns; col++) {
      const value = z[row][col];
      if (!Number.isFinite(value)) continue; // marked by a cross
      pen.fillStyle = ink((value - zmin) / (zmax - zmin));
      pen.fillText(write(value), (col + 0.5) * cell, (row + 0.5) * cell + 0.5);
    }
  }
}

// The size of a number that fits in a cell; 0 where it could not be read.
function numberSize(digits, cell) {
  const size = digits ? Math.min(12, Math.floor((cell - 4) / (digits * GLYPH))) : 0;
  return size >= 8 ? size : 0;
}

// A d3 format such as ".2f" or ".1e", with a true minus and no minus before zero.
function formatter(format) {
  const decimals = Number(format.slice(1, -1));
  const write = format.endsWith("e")
    ? (value) => value.toExponential(decimals)
    : (value) => value.toFixed(decimals);
  return (value) =>
    write(value)
      .replace(/^-(?=[0.]*$)/, "")
      .replace("-", "−");
}

// A file stands alone: it carries the title, axes and colour bar that the page shows around it.
async function download(Plotly, { figure, theme }, format) {
  const [rows, columns] = figure.cells ?? [0, 0];
  const cell = Math.max(2, Math.min(36, Math.floor(900 / Math.max(rows, columns, 1))));
  const plot = figure.cells
    ? { width: Math.max(180, columns * cell), height: Math.max(36, rows * cell) }
    : { width: 480, height: 280 };
  const margin = { l: 70, r: figure.cells ? 90 : 24, t: 48, b: 56 };
  const size = {
    width: plot.width + margin.l + margin.r,
    height: plot.height + margin.t + margin.b,
  };
  const font = numberSize(figure.digits, cell);
  const text = font ? { texttemplate: `%{z:${figure.format}}`, textfont: { size: font } } : {};
  const gap = cell >= GRIDDED ? 1 : 0;
  const bar = { thickness: 10, outlinewidth: 0, len: 1, nticks: 5 };
  const matrix = { ...text, xgap: gap, ygap: gap, showscale: plot.height >= 100, colorbar: bar };
  const data = figure.spec.data.map((trace) => ({
    ...painted(trace, figure, theme, cell),
    ...(trace.type === "heatmap" ? matrix : {}),
  }));
  const ticks = figure.cells
    ? { tickformat: "d", nticks: 8, showgrid: false, zeroline: false }
    : {};
  const plain = layoutOf(figure, theme, size);
  const axis = (name) => ({
    ...figure.spec.layout[name],
    ...ticks,
    color: theme.text,
    gridcolor: theme.gap,
    autorange: undefined,
    showticklabels: true,
    range: plain[name].range,
  });
  const title = `${figure.title ?? figure.name}  ${figure.caption}`;
  const layout = {
    ...plain,
    margin,
    paper_bgcolor: theme.paper,
    font: { color: theme.text, size: 12, family: "Source Sans, Source Sans 3, sans-serif" },
    title: { text: title, font: { size: 13 }, x: 0.02, y: 0.97 },
    xaxis: axis("xaxis"),
    yaxis: axis("yaxis"),
  };
  const scale = format === "png" ? 2 : 1;
  const link = element("a");
  link.href = await Plotly.toImage({ data, layout }, { format, scale, ...size });
  link.download = `${figure.file_name}.${format}`;
  link.click();
}

function unpack({ bdata, shape }) {
  const [rows, columns] = shape.split(",").map(Number);
  const bytes = Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0));
  const all = new Float32Array(bytes.buffer);
  return Array.from({ length: rows }, (_, row) => all.subarray(row * columns, (row + 1) * columns));
}
