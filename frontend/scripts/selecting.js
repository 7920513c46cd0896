// What is chosen in a figure is chosen in its table, and the reverse; whatever is chosen is said.
export function pairWithTable(box, attribute, onChoose) {
  const rows = new Map([...document.querySelectorAll(`tr[data-${attribute}]`)].map((row) => [row.dataset[attribute], row]));
  const said = document.getElementById(box.dataset.said);
  const choose = (key, words, { scroll }) => {
    for (const [other, row] of rows) {
      const button = row.querySelector("button[data-choose]");
      button.setAttribute("aria-pressed", String(other === key));
      row.classList.toggle("kith-chosen", other === key);
    }
    if (scroll && rows.has(key)) rows.get(key).scrollIntoView({ block: "nearest" });
    said.textContent = words;
  };
  for (const [key, row] of rows) {
    const head = row.querySelector("th");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "kith-choose", textContent: head.textContent.trim() });
    button.dataset.choose = key;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => onChoose(key));
    head.replaceChildren(button);
  }
  return choose;
}
