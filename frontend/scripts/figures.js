// Offers to make a figure move: its script is loaded only when somebody asks for it.
for (const button of document.querySelectorAll("[data-show-figure]")) {
  const box = document.getElementById(button.dataset.showFigure);
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    if (box.dataset.style) {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: box.dataset.style });
      // Without its style the figure still works.
      const loaded = new Promise((done) => ["load", "error"].forEach((end) => link.addEventListener(end, done, { once: true })));
      document.head.append(link);
      await loaded;
    }
    const { start } = await import(box.dataset.script);
    box.parentElement.hidden = false;
    await start(box);
    button.remove();
    box.dataset.ready = "yes";
  });
}
