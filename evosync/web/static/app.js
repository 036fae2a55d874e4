// What pages do better with a script. Each of them works without it.

// Dialogs: without a script the button opens the <dialog> as a popover; here as a modal, so that the page behind is out of reach.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-dialog], button[data-close]");
  if (!button) return;
  event.preventDefault();
  if (button.dataset.dialog) document.getElementById(button.dataset.dialog).showModal();
  else button.closest("dialog").close();
});

// Menus close on Escape, with the focus back on their button, and on a press elsewhere.
const menus = "details.menu[open]";
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(menus)) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(menus)) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
});

// Passwords: a button that shows what was typed.
for (const group of document.querySelectorAll("[data-password]")) {
  const input = group.querySelector("input");
  const button = document.createElement("button");
  const icon = document.createElement("i");
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    icon.className = shown ? "bi bi-eye-slash" : "bi bi-eye";
    button.setAttribute("aria-pressed", String(shown));
  };
  button.type = "button";
  button.className = "btn btn-outline-secondary password-toggle";
  button.setAttribute("aria-label", "Показать пароль");
  button.setAttribute("aria-controls", input.id);
  icon.setAttribute("aria-hidden", "true");
  button.append(icon);
  button.addEventListener("click", () => show(input.type === "password"));
  // A shown password must not land among the remembered texts of the browser.
  input.form.addEventListener("submit", () => show(false));
  group.append(button);
  show(false);
}

// Connections: the key in the form, or else the saved one, is tried in place.
const say = (place, kind, text) => {
  const icon = document.createElement("i");
  icon.className = `bi bi-${kind === "success" ? "check" : "x"}-circle-fill ink-${kind}`;
  icon.setAttribute("aria-hidden", "true");
  place.replaceChildren(icon, ` ${text}`);
};
for (const button of document.querySelectorAll("button[data-test]")) {
  const place = button.form.querySelector("[role=status]");
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const had = document.activeElement === button;
    button.disabled = true;
    button.textContent = "Проверяем…";
    place.replaceChildren();
    let answer;
    try {
      const headers = { Accept: "application/json" };
      const reply = await fetch(button.dataset.test, { method: "POST", body: new FormData(button.form), headers });
      answer = await reply.json();
    } catch {
      answer = { problem: "Не получилось проверить: EvoSync не ответил. Попробуйте ещё раз." };
    }
    if (answer.ok) say(place, "success", answer.name ? `В порядке: ${answer.name}` : "В порядке");
    else say(place, "danger", answer.problem ?? answer.error ?? "Не получилось проверить. Попробуйте ещё раз.");
    button.textContent = label;
    button.disabled = false;
    if (had) button.focus();
  });
}

// Texts to carry elsewhere; a browser lets them be copied only on a safe page.
const offerToCopy = () => {
  for (const button of navigator.clipboard ? document.querySelectorAll("button[data-copy]") : []) button.hidden = false;
};
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const place = button.parentElement.querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    say(place, "success", "Скопировано");
  } catch {
    say(place, "danger", "Не получилось. Выделите и скопируйте сами.");
  }
});
offerToCopy();
document.addEventListener("htmx:afterSwap", offerToCopy);

// A form is sent once. The button goes grey only after its own value has been taken into the answer.
const sent = new Set();
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  setTimeout(() => {
    for (const button of event.target.querySelectorAll("button:not([type=button])")) {
      button.disabled = true;
      sent.add(button);
    }
  });
});
addEventListener("pageshow", () => {
  for (const button of sent) button.disabled = false;
  sent.clear();
});

// Of tabs that do not all fit side by side the current one is in sight, also once the phone is turned.
for (const nav of document.querySelectorAll(".subnav")) {
  const tab = nav.querySelector("[aria-current]");
  const middle = () => tab.offsetLeft - nav.offsetLeft - (nav.clientWidth - tab.offsetWidth) / 2;
  if (tab) new ResizeObserver(() => nav.scrollTo(middle(), 0)).observe(nav);
}

// What has to be mended is where the cursor stands.
document.querySelector("main .is-invalid")?.focus();
