// Runs in the page before its own scripts, and takes every time where a person would: in the
// browser. All times are milliseconds since the navigation started.
(config) => {
  const LIMIT = config.limit;
  const messages = [];
  let sent = null;
  let key = null;

  const frame = () => new Promise(requestAnimationFrame);
  const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

  // The arrays as Plotly drew them, not as they were sent.
  const shape = (selector) => {
    const rows = document.querySelector(selector)?._fullData?.[0]?.z;
    return rows?.length ? [rows.length, rows[0].length] : [0, 0];
  };

  // The width that all three charts agree on, or 0 while one of them lags behind.
  const units = () => {
    const [inputs, kernel, outputs] = config.charts.map(shape);
    const agree =
      `${inputs}` === `${[config.batch, config.features]}` &&
      `${kernel}` === `${[config.features, outputs[1]]}` &&
      outputs[0] === config.batch;
    return agree ? outputs[1] : 0;
  };

  const headed = () => {
    const heading = document.querySelector(".stApp :is(h1, h2)");
    return Boolean(heading?.innerText.trim() && heading.checkVisibility());
  };

  // Looks when something in the page has changed, and not at every frame: asking for frames makes
  // the browser draw them (ten waiting pages: 0.19 of a core so, 0.08 like this).
  const holds = (condition) =>
    new Promise((resolve, reject) => {
      if (condition()) return resolve();
      const end = (settle, reason) => {
        clearTimeout(timer);
        observer.disconnect();
        settle(reason);
      };
      const timer = setTimeout(end, LIMIT, reject, new Error(`not drawn within ${LIMIT} ms`));
      const observer = new MutationObserver(() => condition() && end(resolve));
      const all = { subtree: true, childList: true, attributes: true, characterData: true };
      observer.observe(document, all);
    });

  // A frame's callbacks run before it is painted: what it shows is on the screen by the next.
  const painted = async (condition) => {
    await holds(condition);
    const drawn = performance.now();
    await frame();
    await frame();
    return { drawn, painted: performance.now(), origin: performance.timeOrigin };
  };

  // A page may mount our component more than once; one of them carries the times.
  const timings = () => {
    const mounts = [...document.querySelectorAll(".layerscope-charts[data-timings]")];
    return Object.assign({}, ...mounts.map((mount) => JSON.parse(mount.dataset.timings)));
  };

  const quiet = async (time) => {
    const asked = performance.now();
    const limit = asked + LIMIT;
    const running = () =>
      document.querySelector(".stApp")?.dataset.testScriptState !== "notRunning";
    // A picture can be there before anything has come, or long after: its scripts come behind it.
    const last = () => Math.max(messages.at(-1)?.at ?? 0, answers().at(-1)?.at ?? 0, asked);
    while (running() || performance.now() - last() < time) {
      await sleep(20);
      if (performance.now() > limit) throw new Error(`not quiet within ${LIMIT} ms`);
    }
  };

  // What came over HTTP since the key went down counts as what came over the WebSocket does.
  const answers = () =>
    performance
      .getEntriesByType("resource")
      .filter(({ startTime }) => key !== null && startTime >= key)
      .map(({ responseEnd, transferSize }) => ({ at: responseEnd, bytes: transferSize }));

  const slider = () => document.querySelector(config.slider);

  // What a rejected promise says is read by whoever awaits it later; until then it is no error.
  const kept = (promise) => (promise.catch(() => {}), promise);

  window.bench = {
    headed: kept(painted(headed)),
    complete: kept(painted(() => units() === config.units)),
    quiet,

    // Called before the key is pressed; `result` then awaits what came of it.
    expect(width) {
      messages.length = 0;
      sent = key = null;
      const update = kept(painted(() => units() === width));
      bench.result = async (calm) => {
        const times = await update;
        const reported = timings();
        await quiet(calm);
        const received = [...messages, ...answers()].sort((left, right) => left.at - right.at);
        return { key, sent, messages: received, timings: reported, ...times };
      };
    },

    // One visitor of a crowd: a press every `period`, each measured to the frame that shows its
    // width or a later one. A press that a busy page holds up counts from when it was due; one
    // that is not shown within the limit counts as the limit, which is too little.
    async visitor({ start, period, presses }) {
      const first = start - performance.timeOrigin;
      const latencies = [];
      for (let press = 0; press < presses; press++) {
        const due = first + press * period;
        await sleep(due - performance.now());
        const width = config.units + press + 1;
        slider().focus();
        for (const type of ["keydown", "keyup"]) {
          slider().dispatchEvent(new KeyboardEvent(type, { key: "ArrowRight", bubbles: true }));
        }
        const shown = painted(() => units() >= width);
        latencies.push(shown.then((times) => times.painted - due, () => LIMIT));
      }
      return Promise.all(latencies);
    },
  };

  addEventListener("keydown", () => (key ??= performance.now()), true);

  // Listeners run in the order in which they are added: ours hears a message before the page does.
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        messages.push({ at: performance.now(), bytes: data.byteLength ?? data.size ?? data.length });
      });
    }

    send(data) {
      if (key !== null) sent ??= performance.now();
      super.send(data);
    }
  };

  const { fetch } = window;
  window.fetch = (...given) => {
    const isRefused = !config.prefetch && /[?&]prefetch=/.test(given[0]);
    if (isRefused) return Promise.reject(new TypeError("This page is measured without prefetching."));
    if (key !== null) sent ??= performance.now();
    return fetch(...given);
  };

  performance.setResourceTimingBufferSize(10_000); // 250 by default, and then no more are kept
}
