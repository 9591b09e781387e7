// Plain elements. Text is always set as text, never as markup.

export function element(tag, className = "", ...content) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...content);
  return node;
}

export function facts({ counts, promises }) {
  const list = element("dl");
  for (const [label, value] of counts) {
    list.append(element("div", "", element("dt", "", label), element("dd", "", value)));
  }
  const kept = element("ul");
  for (const { mark, says, sentence, figure } of promises) {
    const sign = element("span", "", mark);
    sign.setAttribute("role", "img");
    sign.setAttribute("aria-label", says);
    kept.append(
      element("li", "", sign, element("span", "", sentence, " ", element("small", "", figure))),
    );
  }
  return element("div", "ls-facts", list, kept);
}

export function table({ label, head, rows }) {
  const header = element("tr");
  for (const name of head) {
    const cell = element("th", "", name);
    cell.scope = "col";
    header.append(cell);
  }
  const body = element("tbody");
  for (const [name, ...figures] of rows) {
    const first = element("th", "", element("code", "", name));
    first.scope = "row";
    body.append(element("tr", "", first, ...figures.map((figure) => element("td", "", figure))));
  }
  const region = element(
    "div",
    "ls-scroll",
    element("table", "ls-table", element("thead", "", header), body),
  );
  region.tabIndex = 0; // a table wider than the page is scrolled by keys
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", label);
  return region;
}

export function text({ sentence }) {
  return element("p", "ls-text", sentence);
}
