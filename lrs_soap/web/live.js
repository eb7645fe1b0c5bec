// Puts new exchanges at the top of the list as they come. It asks for them again and again by short requests, and for
// none while nobody looks at the page.
const list = document.getElementById("exchanges");
const box = document.getElementById("live");
const said = document.getElementById("live-said");
const { live, most } = list.dataset;
let after = list.dataset.after;
let waiting;
let isAsking = false;

async function look() {
  clearTimeout(waiting);
  if (document.hidden || !box.checked || isAsking) return;
  let seconds = 1;
  isAsking = true;
  try {
    const address = `${live}${live.includes("?") ? "&" : "?"}after=${after}`;
    const answer = await fetch(address, { signal: AbortSignal.timeout(30000) });
    if (answer.status >= 400 && answer.status < 500) {
      box.checked = false;
      said.textContent = "The list cannot be kept up to date any more. Load the page again.";
      return;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    add(await answer.text());
    said.textContent = "";
  } catch {
    seconds = 5;
    said.textContent = "The service does not answer now.";
  } finally {
    isAsking = false;
  }
  waiting = setTimeout(look, seconds * 1000);
}

function add(rows) {
  const part = document.createElement("template");
  part.innerHTML = rows;
  const newest = part.content.querySelector("tr");
  if (newest === null) return;
  after = newest.dataset.sequence;
  const body = list.querySelector("tbody");
  body.prepend(part.content);
  while (body.rows.length > most) body.lastElementChild.remove();
  document.getElementById("nothing")?.remove();
}

box.closest("p").hidden = false;
box.addEventListener("change", look);
document.addEventListener("visibilitychange", look);
waiting = setTimeout(look, 1000);
