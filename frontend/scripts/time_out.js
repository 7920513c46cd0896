// Warns before the session ends, two minutes ahead, and offers to stay (WCAG 2.2.1).
const WARN_SECONDS = 120;

export function start() {
  const dialog = document.querySelector("[data-time-out]");
  if (!dialog) return;
  const seconds = Number(dialog.dataset.timeOut);
  const stay = dialog.querySelector("[data-stay]");
  let timer;
  const arm = () => {
    clearTimeout(timer);
    timer = setTimeout(() => dialog.showModal(), Math.max(0, seconds - WARN_SECONDS) * 1000);
  };
  stay.addEventListener("click", async () => {
    const answer = await fetch(dialog.dataset.stayUrl, { headers: { accept: "application/json" } });
    dialog.close();
    if (answer.ok && !answer.redirected) arm();
    else window.location.reload();
  });
  arm();
}
