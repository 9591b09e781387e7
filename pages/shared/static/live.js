// Follows sliders as they turn, by key or by hand: Streamlit itself hears of a drag when it ends.

// Tell `ask` the link of every position that a followed control takes in the user's hands. Values
// that the page sets by itself come with a picture of their own.
export function follow(ask, live) {
  const turned = {};
  let asked = "";
  const observer = new MutationObserver((changes) => {
    const current = live();
    const { target } = changes.at(-1);
    const name = nameOf(target);
    if (!current || !(name in current.turned) || target !== document.activeElement) return;
    for (const [other, value] of Object.entries(turned)) {
      if (!(other in current.turned) || value === current.turned[other]) delete turned[other];
    }
    turned[name] = target.value;
    const link = { ...current.link, ...turned };
    const asking = JSON.stringify(link); // one change is reported more than once
    if (asking === asked) return;
    asked = asking;
    ask({ ...current, link, turned: { ...turned } });
  });
  const attributeFilter = ["aria-valuetext"];
  observer.observe(document.body, { subtree: true, attributes: true, attributeFilter });
  return observer;
}

// Whether a picture was made before the controls came to stand where they are.
export function isBehind({ turned }, since) {
  return Object.entries(since).some(([name, value]) => name in turned && turned[name] !== value);
}

function nameOf(input) {
  const key = input.closest('[class*="st-key-"]')?.className.match(/(?:^| )st-key-([\w-]+)/);
  return key?.[1];
}
