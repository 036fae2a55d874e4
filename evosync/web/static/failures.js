// What a part of a page asked for and did not get is told at the foot of the page; without a script the browser says it itself.
const UNSURE = "Обновите страницу и проверьте, что сохранилось.";
const AGAIN = "Попробуйте ещё раз.";

const wordsOf = (saves, xhr) => {
  // What was sent may have arrived, and what broke may have broken after it was saved.
  if (!xhr.status) return `Нет связи с EvoSync. ${saves ? UNSURE : AGAIN}`;
  if (xhr.status < 500) return saves ? "Не получилось, ничего не изменили. Обновите страницу и попробуйте ещё раз." : `Не получилось. ${AGAIN}`;
  const number = xhr.getResponseHeader("X-Request-Id");
  return `Не получилось. ${saves ? UNSURE : AGAIN}${number ? ` Номер запроса: ${number}.` : ""}`;
};

// A form may be sent only to see what would come of it.
const isSaving = ({ elt, requestConfig }) => requestConfig.verb !== "get" && !elt.matches("[data-saves-nothing]");

// Nobody began what asks by the clock, and it asks again by itself.
const isByTheClock = ({ requestConfig }) => !requestConfig.triggeringEvent;

const tell = ({ detail }) => {
  const kind = isByTheClock(detail) ? "clock" : "act";
  const words =
    kind === "clock"
      ? "Не получается узнать, что сейчас происходит. Пробуем ещё раз."
      : wordsOf(isSaving(detail), detail.xhr);
  const shown = document.querySelector("[data-failed]");
  // The same is not read out again each second, and what became of an act stays to be read.
  if (shown && kind === "clock") return;
  shown?.remove();
  const icon = document.createElement("i");
  icon.className = "bi bi-x-circle-fill ink-danger";
  icon.setAttribute("aria-hidden", "true");
  const sentence = document.createElement("div");
  sentence.textContent = words;
  const card = document.createElement("div");
  card.className = "card shadow-sm flex-row gap-2 px-3 py-2 my-2";
  card.dataset.failed = kind;
  card.setAttribute("role", "alert");
  card.append(icon, sentence);
  document.querySelector("#told, #failed").prepend(card);
};
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, tell);

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful) return;
  const isOver = isByTheClock(detail) ? '[data-failed="clock"]' : "[data-failed]";
  document.querySelector(isOver)?.remove();
});
