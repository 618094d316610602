// What goes on is shown as it goes: a stream of events, only while the page is looked at, since a browser has six for all tabs.
{
  const live = document.querySelector("[data-events]");
  const aloud = live?.querySelector("[role=status]");
  const silent = live?.querySelector("[data-silent]"), heading = live?.querySelector("h1");
  let source, said = 0, tenth = 0, waiting = "", heard, before;

  // Whether the program answers at all.
  const ask = () => fetch(document.querySelector("link[rel=icon]").href, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(10000) }).then(() => true, () => false);

  // What is read aloud: every tenth part, and whatever is waited for, five seconds apart.
  const say = (state) => {
    const part = state.rows ? Math.floor((10 * state.done) / state.rows) : 0;
    const wait = state.texts.waiting?.text ?? state.texts.working?.text ?? "";
    const kind = wait.replace(/\d+/g, "");
    if ((part === tenth && (kind === waiting || !kind)) || Date.now() - said < 5000) {
      return;
    }
    [said, tenth, waiting] = [Date.now(), part, kind];
    aloud.textContent = state.say;
  };
  // A program that has ended must not look as if it went on.
  const answers = (yes) => {
    if (live.classList.toggle("silent", !yes) === silent.hidden) {
      silent.hidden = yes;
      [before, heading.textContent] = [heading.textContent, yes ? before : silent.dataset.silent];
      document.title = heading.textContent + " · rollcall";
    }
  };
  const show = (state) => {
    hear();
    answers(true);
    if (state.over) {
      close();
      readAgain();
      return;
    }
    document.title = state.title + " · rollcall";
    for (const [name, said] of Object.entries(state.texts)) {
      const place = live.querySelector(`[data-bind=${name}]`);
      if (place) {
        place.textContent = said.text;
        place.lang = said.english ? "en" : document.documentElement.lang;
        if (name === "waiting") {
          place.hidden = !said.text;
        }
      }
    }
    const bar = live.querySelector("progress");
    if (!bar && state.rows) { // it has begun to send
      close();
      readAgain();
      return;
    }
    if (bar) {
      [bar.max, bar.value] = [state.rows || 1, state.done];
    }
    if (state.latest) {
      live.querySelector("#feed").replaceChildren(...state.latest.map((one) => {
        const [row, who, word] = ["li", "span", "span"].map((name) => document.createElement(name));
        [who.textContent, word.textContent, word.className] = [one.email, one.word, "badge " + one.kind];
        row.append(who, word);
        return row;
      }));
    }
    say(state);
  };
  const hear = () => { // three times as long as the program is silent at most
    clearTimeout(heard);
    heard = setTimeout(() => ask().then((yes) => source && (answers(yes), hear())), 45000);
  };
  const close = () => {
    clearTimeout(heard);
    source?.close();
    source = undefined;
  };
  const open = () => {
    if (source || document.hidden) {
      return;
    }
    source = new EventSource(live.dataset.events);
    source.onmessage = (message) => show(JSON.parse(message.data));
    source.onerror = () => {
      const ended = source?.readyState === EventSource.CLOSED; // it is over, or nobody is let in any more
      ask().then((yes) => {
        if (source) {
          answers(yes);
        }
        if (ended) {
          close();
          yes && setTimeout(readAgain, 1000);
        }
      });
    };
    hear();
  };
  if (live) {
    document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
    addEventListener("pagehide", close);
    addEventListener("pageshow", open);
    open();
  }
  const again = document.querySelector("[data-again]");
  if (again) {
    setInterval(() => document.hidden || ask().then((yes) => yes && readAgain()), 1000 * again.dataset.again);
  }
}
