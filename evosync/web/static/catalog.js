// What the pages of the catalog do better with a script: a question that comes with an answer opens at once.
document.addEventListener("htmx:oobAfterSwap", () => {
  const dialog = document.querySelector("#question dialog");
  if (!dialog || dialog.open) return;
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
});
