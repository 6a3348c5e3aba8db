"""Reading a page as a person does: its words, its links, what its controls are called."""

from __future__ import annotations

from html.parser import HTMLParser

_UNSEEN = {"script", "style", "template", "svg", "textarea", "kbd"}
_SPOKEN = ("alt", "title", "aria-label", "placeholder")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
         "track", "wbr", "use"}  # fmt: skip


class Reading(HTMLParser):
    """`words`: each piece of text that is shown or spoken, but for what is written into a field,
    said to clients in their language (`lang`), or folded under a message's story (`trace`: it is
    for whoever mends Carepost). `links`: where links lead. `ids`,
    `labels`: of controls, and which of them a label names. `inline`: styles and scripts within."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self.controls: list[dict[str, str]] = []
        self.labels: set[str] = set()
        self.ids: list[str] = []
        self.inline: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._in_label = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            unseen = (
                tag in _UNSEEN
                or given.get("class") == "trace"
                or ("lang" in given and tag != "html")
            )
            self._open.append((tag, unseen))
        self._in_label += tag == "label"
        self.words += [given[name] for name in _SPOKEN if given.get(name)]
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "label" and given.get("for"):
            self.labels.add(given["for"])
        if "id" in given:
            self.ids.append(given["id"])
        if tag in {"input", "select", "textarea"} and given.get("type") not in {"hidden", "submit"}:
            self.controls.append(given | ({"in label": "yes"} if self._in_label else {}))
        runs = tag == "script" and "src" not in given and given.get("type") != "application/json"
        if "style" in given or tag == "style" or runs:
            self.inline.append(tag)
        self.inline += [name for name in given if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        self._in_label -= tag == "label"
        if any(tag == opened for opened, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(unseen for _, unseen in self._open):
            self.words.append(" ".join(data.split()))

    @property
    def nameless(self) -> list[dict[str, str]]:
        """Controls that nothing names."""
        return [
            control
            for control in self.controls
            if not (
                control.get("id") in self.labels
                or "in label" in control
                or control.get("aria-label")
                or control.get("aria-labelledby")
            )
        ]
