// Comforts on top of pages that work without them. No framework, nothing is fetched from elsewhere.
"use strict";

(() => {
  const token = () => document.body.dataset.token;

  // Every request of htmx carries the session's token, as every form does.
  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.headers["X-Form-Token"] = token();
  });

  // A page that asks again by itself says when nobody answers; what it shows stays.
  const offline = document.querySelector("[data-offline]");
  if (offline) {
    document.addEventListener("htmx:before:request", (event) => { if (document.querySelector("[data-running=no]")) event.preventDefault(); });
    document.addEventListener("htmx:error", () => { offline.hidden = false; });
    document.addEventListener("htmx:after:request", () => { offline.hidden = true; });
  }

  // `g` and a letter lead to a page, `/` to the search; not while somebody types. Switched off on the account page.
  let waiting = 0;
  const typing = (node) => node.closest("input, textarea, select, [contenteditable], .cm-editor");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || localStorage.getItem("keys") === "off") return;
    if (event.key === "/") {
      const search = document.querySelector("[type=search]");
      if (search) { event.preventDefault(); search.focus(); }
    } else if (event.key === "g") {
      waiting = Date.now();
    } else if (Date.now() - waiting < 1500) {
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      waiting = 0;
    }
  });

  // Ctrl+Enter sends the form that the cursor is in.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest("form")?.requestSubmit();
  });

  // Escape closes the innermost open disclosure and gives the focus back to its summary.
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest("details[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });

  // A chosen file fills the text field it belongs to; without a script people paste.
  document.addEventListener("change", (event) => {
    const into = event.target.dataset?.fills;
    const file = into && event.target.files?.[0];
    if (file) file.text().then((text) => { document.getElementById(into).value = text; });
    if (event.target.dataset?.reveals) document.getElementById(event.target.dataset.reveals).type = event.target.checked ? "text" : "password";
    if (event.target.dataset?.submits !== undefined) event.target.form.requestSubmit();
  });

  // Whoever fills in what belongs to one of several choices means that one.
  document.addEventListener("input", (event) => {
    const choice = event.target.closest("[data-chooses] .row")?.querySelector("[type=radio]");
    if (choice && choice !== event.target) choice.checked = true;
  });

  // A date is said again in words: browsers show their fields in the order that their own language has.
  const inWords = (field) => {
    const day = new Date(`${field.value}${field.type === "date" ? "T00:00" : ""}Z`);
    if (Number.isNaN(day.valueOf())) return "";
    const time = field.type === "date" ? {} : { hour: "2-digit", minute: "2-digit" };
    return new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric", ...time, timeZone: "UTC" }).format(day);
  };
  for (const field of document.querySelectorAll("[data-says]")) {
    const place = document.getElementById(field.dataset.says);
    const without = place.textContent;
    const tell = () => { place.textContent = inWords(field) ? `${inWords(field)}${field.dataset.zone ? `, ${field.dataset.zone}` : ""}` : without; };
    field.addEventListener("input", tell);
    tell();
  }

  // A form is sent once, however often its button is pressed; coming back to the page lets it be sent again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
  });

  // Going back from a refusal finds the form as it was typed, except for passwords. Kept in this tab until the next page.
  const here = location.pathname + location.search;
  const typedIn = (form) => [...form.elements].filter((field) => field.name && !["hidden", "password", "file", "submit"].includes(field.type));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.closest(".self")) sessionStorage.removeItem("typed"); // whoever signs out leaves nothing behind
    if (form.method !== "post" || event.defaultPrevented || form.dataset.save || form.closest(".door, .self")) return;
    const values = typedIn(form).map((field) => ["checkbox", "radio"].includes(field.type) ? field.checked : field.value);
    sessionStorage.setItem("typed", JSON.stringify({ page: here, form: [...document.forms].indexOf(form), values }));
  });
  // A session that ended in between leads through the sign-in page, which keeps it for the page after it.
  const back = document.querySelector("a[data-back]");
  const door = document.querySelector(".door");
  const typed = JSON.parse(sessionStorage.getItem("typed") ?? "null");
  if (door) {
    if (typed) sessionStorage.setItem("returning", "yes");
  } else if (back) {
    back.addEventListener("click", () => sessionStorage.setItem("returning", "yes"));
  } else {
    sessionStorage.removeItem("typed");
    const form = typed?.page === here && sessionStorage.getItem("returning") && document.forms[typed.form];
    sessionStorage.removeItem("returning");
    const fields = form ? typedIn(form) : [];
    if (fields.length === typed?.values.length) {
      fields.forEach((field, number) => {
        if (typeof typed.values[number] === "boolean") field.checked = typed.values[number];
        else field.value = typed.values[number];
      });
    }
  }

  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copies]");
    if (copy) navigator.clipboard.writeText(document.getElementById(copy.dataset.copies).textContent).then(() => { copy.textContent = "Copied"; });
  });

  // Browsers that cannot show closed details get them open where there is room for it.
  if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 60rem)").matches) {
    for (const folded of document.querySelectorAll(".menu, .fold")) folded.open = true;
  }

  // Ctrl+K finds a page by its name.
  const find = () => {
    const box = document.createElement("dialog");
    box.className = "finder";
    box.setAttribute("aria-label", "Find a page");
    const field = document.createElement("input");
    field.type = "text";
    field.setAttribute("aria-label", "Page");
    field.placeholder = "Find a page";
    const list = document.createElement("ul");
    const pages = [...document.querySelectorAll(".side nav a, .self > a")];
    const show = () => {
      const wanted = field.value.trim().toLowerCase();
      list.replaceChildren(...pages.filter((page) => page.textContent.toLowerCase().includes(wanted)).map((page) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = page.href;
        link.textContent = page.textContent.trim();
        item.append(link);
        return item;
      }));
    };
    field.addEventListener("input", show);
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); list.querySelector("a")?.click(); } });
    box.addEventListener("close", () => box.remove());
    box.append(field, list);
    document.body.append(box);
    show();
    box.showModal();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "k" && (event.ctrlKey || event.metaKey) && document.body.classList.contains("inside") && !document.querySelector("dialog")) {
      event.preventDefault();
      find();
    }
  });

  const keys = document.querySelector("[data-keys]");
  const say = () => { if (keys) keys.textContent = localStorage.getItem("keys") === "off" ? "Switch single keys on" : "Switch single keys off"; };
  keys?.addEventListener("click", () => { localStorage.setItem("keys", localStorage.getItem("keys") === "off" ? "on" : "off"); say(); });
  say();

  for (const node of document.querySelectorAll("[data-script]")) node.hidden = false;
})();
