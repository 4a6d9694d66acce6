// Small comforts; every page works without them.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // The summary of errors is read first.
  const summary = $("[data-focus]");
  if (summary) summary.focus();

  // Search as one types: the answer is the same page, of which the part named by data-live is taken.
  for (const box of all("input[data-live]")) {
    let timer, latest = 0;
    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const turn = ++latest, form = box.form, target = $(box.dataset.live);
        // what is typed to find somebody goes in the body, never into an address
        const typed = new URLSearchParams(new FormData(form)), hidden = form.method === "post";
        const address = hidden ? form.action : form.action + "?" + typed;
        const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, ...(hidden && { method: "POST", body: typed }) });
        if (!answer.ok || turn !== latest) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector(box.dataset.live);
        if (fresh && target) { target.replaceChildren(...fresh.childNodes); if (!hidden) history.replaceState(null, "", address); }
      }, 220);
    });
  }

  // One box ticks all, and the bar tells how many.
  for (const form of all("form[data-bulk]")) {
    const boxes = () => all("input[type=checkbox][name=pick]", form);
    const tell = () => { const said = $("[data-count]", form); if (said) said.textContent = boxes().filter(b => b.checked).length; };
    form.addEventListener("change", tell);
    for (const button of all("[data-pick]", form)) {
      button.hidden = false;
      button.addEventListener("click", () => {
        for (const box of boxes()) box.checked = button.dataset.pick === "all" || (button.dataset.pick === "clear" && "clear" in box.dataset);
        tell();
      });
    }
    tell();
  }

  // Long work: ask how far it is until it is done.
  const work = $("[data-progress]");
  if (work) {
    const ask = async () => {
      const answer = await fetch(work.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) return setTimeout(ask, 4000);
      const told = await answer.json();
      if (told.done) return location.reload();
      const said = $("[data-said]", work);
      if (said && said.textContent !== told.said) said.textContent = told.said;
      setTimeout(ask, 1500);
    };
    setTimeout(ask, 1000);
  }

  for (const button of all("[data-print]")) { button.hidden = false; button.addEventListener("click", () => print()); }
})();
