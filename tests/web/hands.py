"""Hands for a browser: a day's work done by keys alone, or by links and buttons with scripts off.

Both find what they use by its words, as a person does. The keys never click: they tab until the browser's
own focus is on what is wanted, so that what cannot be reached or is lost from sight fails.
"""

from pathlib import Path
from typing import Any

MOST_TABS = 400
# What has the focus: its kind, its words and its label, as a screen reader would be told.
FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const label = at.labels && at.labels.length ? [...at.labels].map(each => each.innerText).join(" ") : "";
  const words = (at.innerText || at.value || "").trim();
  const box = at.getBoundingClientRect();
  return { tag: at.tagName.toLowerCase(), type: at.type || "", label: label.trim(), words, name: at.getAttribute("aria-label") || "",
    checked: at.checked === true, seen: box.width > 0 && box.height > 0 };
}"""


class Keys:
    """Does everything by the keyboard."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def _to(self, fits: Any, what: str) -> dict[str, Any]:
        for _ in range(MOST_TABS):
            at = self.page.evaluate(FOCUSED)
            if at is not None and fits(at):
                assert at["seen"], f"the focus is on {what}, and nobody sees it"
                return at
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no key leads to {what} on {self.page.url}")

    def follow(self, words: str) -> None:
        """Follow the link with these words."""
        self._to(lambda at: at["tag"] == "a" and _same(at["words"], words), f"the link {words!r}")
        self._leave("Enter")

    def press(self, words: str, *, in_place: bool = False) -> None:
        """Press the button with these words; in_place: a script changes a part of the page."""
        self._to(
            lambda at: at["tag"] in ("button", "a") and _same(at["words"], words), f"the button {words!r}"
        )
        if in_place:
            self.page.keyboard.press("Enter")
        else:
            self._leave("Enter")

    def fill(self, label: str, text: str) -> None:
        """Type into the field of this label."""
        self._to(lambda at: at["tag"] in ("input", "textarea") and at["label"].startswith(label), label)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def pick(self, label: str, words: str) -> None:
        """Pick from the list of this label, by typing the first letters of what is meant."""
        self._to(lambda at: at["tag"] == "select" and at["label"].startswith(label), label)
        self.page.keyboard.type(words)

    def choose(self, words: str) -> None:
        """Choose the radio button or the box with these words."""
        at = self._to(lambda at: at["type"] in ("radio", "checkbox"), "a choice")
        for _ in range(MOST_TABS):
            if at is not None and at["type"] in ("radio", "checkbox") and at["label"].startswith(words):
                if not at["checked"]:
                    self.page.keyboard.press("Space")
                return
            self.page.keyboard.press("ArrowDown" if at is not None and at["type"] == "radio" else "Tab")
            at = self.page.evaluate(FOCUSED)
        raise AssertionError(f"no key leads to the choice {words!r}")

    def send(self, label: str, path: Path) -> None:
        """Choose a file."""
        self._to(lambda at: at["type"] == "file" and at["label"].startswith(label), label)
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Enter")
        chooser.value.set_files(path)

    def _leave(self, key: str) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press(key)


class Plain:
    """Does everything with scripts off: links, buttons and fields as they come from the server."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def follow(self, words: str) -> None:
        """Follow the link with these words."""
        self.page.get_by_role("link", name=words, exact=True).first.click()

    def press(self, words: str, *, in_place: bool = False) -> None:
        """Press the button with these words; without scripts the whole page comes anew."""
        del in_place
        button = self.page.get_by_role("button", name=words, exact=True)
        (button if button.count() else self.page.get_by_role("link", name=words, exact=True)).first.click()

    def fill(self, label: str, text: str) -> None:
        """Type into the field of this label."""
        self.page.get_by_label(label).first.fill(text)

    def pick(self, label: str, words: str) -> None:
        """Pick from the list of this label what begins with these words."""
        field = self.page.get_by_label(label).first
        options = field.locator("option").all_inner_texts()
        field.select_option(label=next(text for text in options if text.startswith(words)))

    def choose(self, words: str) -> None:
        """Choose the radio button or the box with these words."""
        self.page.get_by_label(words).first.check()

    def send(self, label: str, path: Path) -> None:
        """Choose a file."""
        self.page.get_by_label(label).first.set_input_files(path)


def _same(words: str, wanted: str) -> bool:
    return " ".join(words.split()) == wanted
