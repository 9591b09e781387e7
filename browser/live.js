// Follows sliders as they turn, by key or by hand: Streamlit itself hears of a drag when it ends.

// Tell `ask` the link of every position that a followed control takes in the user's hands. Values
// that the page sets by itself come with a picture of their own. `turn` tells it of others;
// `foresee` says what would be asked next if the same control went one step on.
export function follow(ask, live) {
  const turned = {};
  let asked = "";
  let stepped;
  const turn = (changes) => {
    const current = live();
    if (!current) return;
    for (const [other, value] of Object.entries(turned)) {
      if (!(other in current.turned) || value === current.turned[other]) delete turned[other];
    }
    Object.assign(turned, changes);
    const link = { ...current.link, ...turned };
    const asking = JSON.stringify(link); // one change is reported more than once
    if (asking === asked) return;
    asked = asking;
    if (current.path) ask({ ...current, link, turned: { ...turned } });
  };
  const observer = new MutationObserver((changes) => {
    const { target } = changes.at(-1);
    const name = nameOf(target);
    const stood = { ...live()?.turned, ...turned }[name];
    if (stood !== undefined && target === document.activeElement) {
      if (stood !== target.value) stepped = { name, input: target, by: target.value - stood };
      turn({ [name]: target.value });
    }
  });
  const attributeFilter = ["aria-valuetext"];
  observer.observe(document.body, { subtree: true, attributes: true, attributeFilter });
  const foresee = () => {
    const current = live();
    if (!stepped?.input.isConnected || !current?.path) return undefined;
    const { name, input, by } = stepped;
    const next = Number(current.turned[name]) + by;
    const within = next >= Number(input.min) && next <= Number(input.max);
    if (Math.abs(by) !== Number(input.step || 1) || !within) return undefined;
    return { ...current, link: { ...current.link, [name]: String(next) } };
  };
  return { turn, foresee, disconnect: () => observer.disconnect() };
}

// Whether a picture was made before the controls came to stand where they are.
export function isBehind({ turned }, since) {
  return Object.entries(since).some(([name, value]) => name in turned && turned[name] !== value);
}

function nameOf(input) {
  const key = input.closest('[class*="st-key-"]')?.className.match(/(?:^| )st-key-([\w-]+)/);
  return key?.[1];
}
