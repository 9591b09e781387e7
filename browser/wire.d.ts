// What Python sends to the browser. An absent field is its default.

/** One of the theme's colour scales; empty for a figure without one. */
export type Palette = "signed" | "mask" | "grey";

export interface PackedArray {
  dtype: "f4";
  bdata: string;
  /** "rows, columns". */
  shape: string;
  /** Names a large array, which is sent once. */
  id?: string;
}

export interface TraceData {
  type: "heatmap" | "bar" | "scatter" | "contour";
  /** Of a scatter: "lines" is a curve; points otherwise. */
  mode?: string;
  hoverinfo?: string;
  /** What is said under the pointer, as plotly.js fills it. */
  hovertemplate?: string;
  /** Of a heatmap: a text for each cell. */
  text?: string[][];
  /** Of slices that were sorted: their numbers from left to right. */
  customdata?: number[];
  zmin: number;
  zmax: number;
  /** Of a heatmap. */
  z: PackedArray;
  /** Its rows, where they were unpacked before. */
  rows?: Float32Array[];
  /** Of bars and points; null where a curve has no point. */
  y: number[];
  /** Of bars: the middle of the first, and how far it is to the next. */
  x0?: number;
  dx?: number;
  x?: number[];
  marker?: object;
  line?: object;
  contours?: object;
  /** Of a line that is set apart from the others: "picked". */
  meta?: string;
}

/** How the slices of a tensor's last axis lie beside each other, in cells. */
export interface Slices {
  tile: [rows: number, columns: number];
  step: [rows: number, columns: number];
  across: number;
}

/** Numbers along an edge, each after its place: its distance from the corner in cells. */
export type Ruler = [at: number, number: number][];

export interface Rulers {
  /** One, or one for each line of slices. */
  above: Ruler[];
  left: Ruler;
}

export interface FigureData {
  /** The tensor it shows; the element that draws it carries it as `data-tensor`. */
  name: string;
  spec: { data: TraceData[]; layout: Record<string, any> };
  alt: string;
  caption: string;
  file_name: string;
  title?: string;
  palette?: Palette;
  /** (rows, columns) of a heatmap. */
  cells?: [rows: number, columns: number];
  /** (rows, columns) of the numbers that one cell stands for. */
  block?: [rows: number, columns: number];
  slices?: Slices;
  rulers?: Rulers;
  /** Numbers of a vector in one line, where it is broken into lines. */
  line?: number;
  /** The d3 format of the numbers in the cells. */
  format?: string;
  /** Characters the longest of them takes; 0 where numbers are not written. */
  digits?: number;
  /** The tensor's axes that stand as rows and columns; overrides `Links.plane`. */
  plane?: [rows: number, columns: number];
  /** Index on each other axis; overrides `Links.at`. */
  at?: Record<number, number>;
}

export interface Sign {
  text: string;
  says?: string;
  arrow?: boolean;
}

/** Names a tensor that is drawn in another row. */
export interface Reference {
  name: string;
  text: string;
}

export interface Item {
  figure?: FigureData;
  sign?: Sign;
  reference?: Reference;
}

export interface ColorRange {
  palette: Palette;
  label: string;
  low: string;
  high: string;
}

/**
 * The cells of one operand axis that make a result's cell. null: the whole axis. A number: the same
 * cell on that axis of the result. A list or an object: see `forms.js`.
 */
export type SpanData = null | number | AffineData | TableData;

export type AffineData = [
  axis: number | null | [axis: number, weight: number][],
  size?: number,
  stride?: number,
  offset?: number,
  every?: number,
  wrap?: number,
  step?: number,
];

export type Nested = number | Nested[];

export interface TableData {
  axes: number[];
  starts: Nested;
  sizes?: Nested;
  step?: number;
}

/** One operation; `from` has a span for each axis of each operand. */
export interface StepData {
  result: string;
  from: [operand: string, spans: SpanData[]][];
  /** The result holds the operand's numbers again. */
  copies?: boolean;
  /** A product of two matrices, which can be played. */
  product?: boolean;
}

export interface TensorData {
  shape: number[];
  axes: string[];
  role: string;
}

/** Field, minimum, maximum; of a typed shape also which of its numbers. */
export type EdgeData = [field: string, least: number, most: number, at?: number];

export interface Links {
  /** In topological order, each result once. */
  steps: StepData[];
  tensors: Record<string, TensorData>;
  edited: string[];
  edges: Record<string, EdgeData>;
  plane: [rows: number, columns: number];
  at: Record<number, number>;
  /** Absent where it cannot be chosen. */
  contrast?: string;
  /** The order of a product's play, its steps a second, and the step at which it stands; -1: none. */
  play?: [order: string, speed: number, step: number];
  /** Of a run with time steps: the one that is shown, and how many there are. */
  time?: [at: number, count: number];
  /** Why no number can be typed in, where none can. */
  fixed?: string;
  /** Where cells can only be chosen: the tensors whose cells answer. */
  answer?: string[];
}

export interface Pin {
  cell: string;
  where: string;
  sentence: string;
  /** The sentence with all terms, where it leaves some out. */
  whole?: string;
  /** The same with the names of the cells in place of their numbers. */
  names?: string;
  figure?: FigureData;
}

/** The steps of a training, and the one that is shown. */
export interface TimeData {
  step: number;
  last: number;
  /** Whether the steps are walked elsewhere on the page, and only the mark follows. */
  follows?: boolean;
}

/** What can be taken away as one picture has both. */
export interface Whole {
  /** In MathML, above the figures. */
  formulas?: string[];
  title?: string;
  /** Without the ending. */
  file_name?: string;
}

/** A row of figures with signs between them. */
export interface RowBlock extends Whole {
  kind?: undefined;
  items: Item[];
  ranges: ColorRange[];
  links?: Links;
  pin?: Pin;
  time?: TimeData;
  /** Above the figures. */
  caption?: string;
  /** Pixels; rows that have it stand beside each other where the page is wide enough. */
  tallest?: number;
}

export interface LineData {
  items: Item[];
}

export interface GroupData {
  /** Heading; empty for rows without one. */
  title?: string;
  /** Names the group across updates. */
  path: string;
  /** Whether it is open until the visitor folds it. */
  open?: boolean;
  rows?: LineData[];
  groups?: GroupData[];
}

/** Rows one below the other, grouped under headings that fold. */
export interface LinesBlock extends Whole {
  kind: "lines";
  groups: GroupData[];
  ranges: ColorRange[];
  links?: Links;
  pin?: Pin;
}

export interface FactsBlock {
  kind: "facts";
  counts: [label: string, value: string][];
  checks: { mark: string; says: string; sentence: string; figure: string }[];
}

export interface TableBlock {
  kind: "table";
  label: string;
  head: string[];
  rows: string[][];
}

export interface TextBlock {
  kind: "text";
  sentence: string;
}

export type Block = RowBlock | LinesBlock | FactsBlock | TableBlock | TextBlock;

/** How a picture follows the controls before the page itself is updated. */
export interface Live {
  path: string;
  visitor: string;
  link: Record<string, string>;
  /** The controls' values when the picture was made, by name. */
  turned: Record<string, string>;
}

/** Where the server answers with files of the pictures that this browser was sent. */
export interface Files {
  path: string;
  visitor: string;
  picture: string;
}

export interface Picture {
  id?: string;
  files?: Files;
  /** Names of tools that are left out. */
  hidden?: string[];
  /** Absent where the browser has them already. */
  blocks?: Block[];
  timings?: Record<string, number>;
  live?: Live;
}

/** The arithmetic of a cell, see `arithmetic.js`. A number is a leaf: a cell of a tensor. */
export type Tree =
  | number
  | ["n", number | string]
  | ["neg", Tree]
  | ["−" | "÷" | "^", Tree, Tree]
  | ["+", Tree[], padding: number]
  | ["×" | "log", Tree[]]
  | ["share", Tree[], own: number]
  | ["pick", Tree[], taken: number, name: string]
  | ["?", Tree[], name: string, sign: string]
  | ["f", Tree[], name: string, parameters: any[], shown: string];

/** The arithmetic of some cells of one tensor, which differ in their numbers alone. */
export interface Form {
  tree: Tree;
  /** Tensors of the leaves. */
  leaves: string[];
  /** The cells, counted along the last axis first; absent: all of the tensor. */
  cells?: number[];
  /** Of each leaf, each axis: where it starts, and what it moves by with each axis of the cell. */
  moves?: number[][][];
  /** Where they move otherwise: of each of the cells, each leaf counted as `cells` are. */
  at?: number[][];
}

/** What a control of a page that answers offline moves. */
export interface Slider {
  name: string;
  label: string;
  most: number;
  value: number;
}

/** A figure at each place of the sliders that move it; `planes` say what differs. */
export interface Planes {
  figure: FigureData;
  sliders: string[];
  planes: Record<string, Partial<FigureData>>;
}

/** All that a page holds which answers offline. */
export interface Page {
  /** One for each time step; items name their figures by their place in `figures`. */
  pictures: ((Omit<RowBlock, "links"> | Omit<LinesBlock, "links">) & { links: number })[];
  links: Links[];
  /** What stands beneath. */
  blocks: Block[];
  figures: Planes[];
  sliders: Slider[];
  /** Bytes of little-endian floats in base64. */
  numbers: Record<string, { shape: number[]; bits: 32 | 64; data: string }>;
  forms: Record<string, Form[]>;
  /** What is said of the cells of a tensor that has no arithmetic. */
  says: Record<string, string>;
  cell: string;
}
