// A review without a page load between pairs, and keys for whoever has asked for them (WCAG 2.1.4: off unless chosen).
import { Button, ErrorSummary, Radios, createAll } from "govuk-frontend";

function typing(element) {
  return element.matches("input:not([type=radio]), textarea, [contenteditable]");
}

export function start() {
  document.addEventListener("htmx:after:swap", () => {
    const pair = document.querySelector("[data-pair]");
    if (!pair) return;
    for (const component of [Button, ErrorSummary, Radios]) createAll(component, undefined, document.querySelector("#main-content"));
    (document.querySelector(".govuk-error-summary") ?? pair.querySelector("[data-pair-head]")).focus();
    window.scrollTo(0, 0);
  });
  document.addEventListener("keydown", (event) => {
    const pair = document.querySelector("[data-pair-keys]");
    if (!pair || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    if (event.key === "Enter" && event.target.matches("select")) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    const radio = pair.querySelector(`[data-pair-key="${CSS.escape(event.key)}"]`);
    if (!radio) return;
    event.preventDefault();
    radio.click();
    document.getElementById(radio.dataset.why)?.focus();
  });
}
