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

// What has to be mended is where the cursor stands.
document.querySelector("main .is-invalid")?.focus();
