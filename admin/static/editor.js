// The editor of a draft: saves while one types, never over somebody else's work, and keeps the preview current.
"use strict";

(() => {
  const form = document.getElementById("editor");
  const said = document.getElementById("saved");
  const conflict = document.getElementById("conflict");
  const preview = document.getElementById("preview-form");
  if (!form || !form.querySelector("#save")) return;
  const key = `draft:${form.dataset.draft}`;
  const code = form.querySelector("[data-code]");
  const editor = code && window.codeEditor ? window.codeEditor(code, document.querySelector("meta[name=style-nonce]")?.content) : null;
  let timer = 0;
  let saving = null;
  let dirty = false;
  let stopped = false;

  const fields = () => {
    if (editor) code.value = editor.state.doc.toString();
    const values = Object.fromEntries(new FormData(form));
    delete values.form_token;
    return values;
  };

  const show = (problems) => {
    const box = document.getElementById("problems");
    box.replaceChildren();
    if (!problems.length) return;
    const head = document.createElement("div");
    head.className = "result warn";
    const title = document.createElement("b");
    title.textContent = `${problems.length} thing${problems.length > 1 ? "s" : ""} to put right`;
    head.append(title);
    const list = document.createElement("ul");
    list.className = "problems";
    for (const problem of problems) {
      const item = document.createElement("li");
      if (problem.line) {
        const link = document.createElement("a");
        link.href = `?tab=yaml#line-${problem.line}`;
        link.dataset.line = problem.line;
        link.textContent = `line ${problem.line}`;
        item.append(link, ": ");
      }
      `${problem.message} ${problem.fix}`.split("`").forEach((part, number) => {
        if (number % 2) item.append(Object.assign(document.createElement("code"), { textContent: part }));
        else item.append(part);
      });
      list.append(item);
    }
    box.append(head, list);
  };

  // What is to be decided before anything else, above the editor: a title, a sentence, and what one can do.
  const ask = (heading, sentence, ...parts) => {
    conflict.hidden = false;
    conflict.className = "card";
    const title = document.createElement("h2");
    title.textContent = heading;
    const text = document.createElement("p");
    text.textContent = sentence;
    const row = document.createElement("div");
    row.className = "row";
    row.append(...parts.filter((part) => part.matches("a, button")));
    conflict.replaceChildren(title, text, ...parts.filter((part) => !part.matches("a, button")), row);
  };
  const button = (words, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.addEventListener("click", () => act(made));
    return made;
  };
  const link = (words, href, more = {}) => Object.assign(document.createElement("a"), { className: "button", textContent: words, href, ...more });

  const clash = (body) => {
    stopped = true;
    dirty = false;
    localStorage.removeItem(key);
    const marks = document.createElement("div");
    marks.className = "prose told";
    marks.tabIndex = 0;
    marks.setAttribute("role", "region");
    marks.setAttribute("aria-label", "Theirs and yours");
    for (const piece of body.difference) {
      const part = document.createElement({ added: "ins", removed: "del", same: "span" }[piece.kind]);
      part.textContent = piece.text;
      marks.append(part);
    }
    ask(
      `${body.by} saved this draft meanwhile`,
      "Nothing was overwritten. Below is what they saved, with what you typed marked. Copy yours, then load theirs.",
      marks,
      button("Copy mine", (made) => navigator.clipboard.writeText(body.mine).then(() => { made.textContent = "Copied"; })),
      link("Load theirs", location.href),
    );
    said.textContent = "not saved";
  };

  const keep = (values) => localStorage.setItem(key, JSON.stringify({ ...values, edit: form.elements.edit.value }));

  const refused = (values, status, detail) => {
    keep(values);
    stopped = true;
    dirty = false;
    said.textContent = "not saved";
    const out = status === 401;
    ask(
      out ? "You were signed out" : detail,
      `What you typed is kept in this browser. ${out ? "Sign in again" : "Open the page again"}, and it can be brought back here.`,
      link(out ? "Sign in again" : "Open the page again", location.href),
    );
  };

  const bringBack = (kept) => {
    for (const [name, value] of Object.entries(kept)) {
      if (form.elements[name] && name !== "form_token") form.elements[name].value = value;
    }
    if (editor) editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: kept.body ?? "" } });
    conflict.hidden = true;
    touched();
  };

  const save = async () => {
    clearTimeout(timer);
    if (stopped || !dirty) return;
    if (saving) { await saving; if (!dirty) return; }
    dirty = false;
    said.textContent = "saving …";
    const values = fields();
    saving = fetch(form.dataset.save, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Form-Token": document.body.dataset.token },
      body: JSON.stringify(values),
    }).then(async (answer) => {
      const body = await answer.json();
      if (answer.status === 409 && body.conflict) return clash(body);
      if (answer.status === 401 || answer.status === 403) return refused(values, answer.status, body.detail);
      if (!answer.ok) { dirty = true; said.textContent = `not saved: ${body.detail}`; return; }
      form.elements.edit.value = body.edit;
      const wrong = body.problems.length;
      said.textContent = `saved ${new Date(body.saved_at / 1000).toISOString().slice(11, 16)} UTC${wrong ? `, ${wrong} thing${wrong > 1 ? "s" : ""} to put right` : ""}`;
      localStorage.removeItem(key);
      show(body.problems);
      if (window.htmx) window.htmx.trigger(preview, "refresh");
    }).catch(() => {
      dirty = true;
      keep(values);
      said.textContent = "no connection: kept in this browser";
      timer = setTimeout(save, 5000);
    }).finally(() => { saving = null; });
    await saving;
  };

  const touched = () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 700);
  };

  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  document.addEventListener("code-changed", touched);
  form.addEventListener("submit", (event) => { event.preventDefault(); dirty = true; save(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); dirty = true; save(); }
  });

  // What a button does next is done with what was typed, so it is saved first.
  for (const next of document.querySelectorAll("form[data-after-save]")) {
    next.addEventListener("submit", async (event) => {
      if (!dirty && !saving) return;
      event.preventDefault();
      if (next.dataset.sent) return;
      next.dataset.sent = "yes";
      await save();
      if (!dirty && !stopped) next.submit();
      else delete next.dataset.sent;
    });
  }
  addEventListener("beforeunload", (event) => { if (dirty || saving) event.preventDefault(); });

  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-inserts]");
    if (chip) {
      const into = document.getElementById(chip.dataset.into);
      into.setRangeText(chip.dataset.inserts, into.selectionStart, into.selectionEnd, "end");
      into.focus();
      touched();
    }
    const jump = event.target.closest("[data-line]");
    if (jump && editor) { event.preventDefault(); window.goToLine(editor, Number(jump.dataset.line)); }
  });

  // What an earlier visit could not save.
  const kept = JSON.parse(localStorage.getItem(key) ?? "null");
  if (kept) {
    const discard = button("Discard it", () => { localStorage.removeItem(key); conflict.hidden = true; });
    const here = kept.tab === form.elements.tab.value;
    const back = here ? button("Bring it back", () => bringBack(kept)) : link("Go to where it was typed", `?tab=${kept.tab}`);
    ask("Something you typed was not saved", "It is kept in this browser. Bring it back, or discard it.", back, discard);
  }
  if (editor && location.hash.startsWith("#line-")) window.goToLine(editor, Number(location.hash.slice(6)));
})();
