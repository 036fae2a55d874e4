// A run's page while it goes on: the parts that change come by a stream of events, or, where none gets through, by asking again and again.
const place = document.querySelector("[data-events]");
const POLL_MS = 2000;
const LONGEST_MS = 30000;
let stream = null;
let timer = null;
let asked = null;
let wait = POLL_MS;
let failures = 0;
let over = false;

const end = () => {
  if (over) return;
  over = true;
  stop();
  location.reload();
};

// Only what differs is put in place: what has the focus, or is being read, stays.
const put = (html) => {
  const made = document.createElement("template");
  made.innerHTML = html;
  if (made.content.querySelector("[data-ended]")) return end();
  for (const id of ["run-sentence", "run-progress", "run-steps", "run-latest"]) {
    const now = document.getElementById(id);
    const then = made.content.getElementById(id);
    if (now && then && now.innerHTML !== then.innerHTML) now.innerHTML = then.innerHTML;
  }
};

const stop = () => {
  stream?.close();
  stream = null;
  clearTimeout(timer);
  timer = null;
  asked?.abort();
};

// One chain of questions at a time: what was asked before a leave, or a turn, is given up, and asks no more.
const poll = async () => {
  const { signal } = (asked = new AbortController());
  try {
    const reply = await fetch(place.dataset.poll, { headers: { Accept: "text/html" }, signal });
    // Signed out, or the run is gone: the page itself says which.
    if (reply.redirected || reply.status === 404) return end();
    if (!reply.ok) throw new Error(reply.statusText);
    wait = POLL_MS;
    put(await reply.text());
  } catch {
    if (signal.aborted) return;
    wait = Math.min(wait * 2, LONGEST_MS);
  }
  if (!over && !document.hidden) timer = setTimeout(poll, wait);
};

const follow = () => {
  if (!("EventSource" in window) || failures > 3) return poll();
  stream = new EventSource(place.dataset.events);
  stream.addEventListener("progress", (event) => {
    failures = 0;
    put(event.data);
  });
  stream.addEventListener("end", end);
  stream.addEventListener("out", end);
  const turn = () => {
    stop();
    poll();
  };
  stream.addEventListener("poll", turn);
  stream.addEventListener("error", () => {
    failures += 1;
    if (stream && (stream.readyState === EventSource.CLOSED || failures > 3)) turn();
  });
};

// A hidden tab keeps no stream: a browser has but six for all tabs of one service.
document.addEventListener("visibilitychange", () => {
  stop();
  if (!document.hidden && !over) follow();
});
addEventListener("pagehide", stop);
if (place && !document.hidden) follow();
