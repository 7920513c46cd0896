// Tells somebody who listens what has changed in a part that was fetched again, and nothing that has not.
export function start() {
  const announcer = document.querySelector("[data-announcer]");
  if (!announcer) return;
  let last = document.querySelector("[data-announce]")?.dataset.announce;
  document.addEventListener("htmx:after:swap", () => {
    const said = document.querySelector("[data-announce]")?.dataset.announce;
    if (!said || said === last) return;
    last = said;
    announcer.textContent = said;
  });
}
