"""A page as a test reads it, and the promises that every page keeps. `Browser` holds each page it opens to them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

LOADING = {"src", "href", "action", "formaction", "poster", "data", "cite", "srcset", "imagesrcset"}
TYPED = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "form", "list")
SPACE = re.compile(r"\s+")


def text_of(element: Element) -> str:
    """The text inside, as it reads: spaces as one."""
    return SPACE.sub(" ", "".join(element.itertext())).strip()


@dataclass(frozen=True)
class Html:
    """Parsed HTML, a whole page or a part of one. Raises when it is not valid."""

    source: str
    whole: bool = True

    @cached_property
    def root(self) -> Element:
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        if self.whole:
            found: Element = parser.parse(self.source)
            return found
        fragment: Element = parser.parseFragment(self.source)
        return fragment

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Every element `tag` with these attributes (`class_`: one of its classes; `_` in a name stands for `-`)."""
        return [element for element in self.root.iter(tag) if _fits(element, attributes)]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only such element."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} elements <{tag} {attributes}>, not one"
        return found[0]

    @cached_property
    def parents(self) -> dict[Element, Element]:
        return {child: parent for parent in self.root.iter() for child in parent}

    def ancestors(self, element: Element) -> Iterator[Element]:
        while (parent := self.parents.get(element)) is not None:
            yield parent
            element = parent

    @property
    def text(self) -> str:
        """What a person reads on it; of a page, without the head."""
        body = self.root.find("body")
        return text_of(self.root if body is None else body)

    @property
    def title(self) -> str:
        return text_of(self.one("title"))

    @property
    def h1(self) -> str:
        return text_of(self.one("h1"))


def _fits(element: Element, attributes: dict[str, str]) -> bool:
    for name, value in attributes.items():
        if name == "class_":
            if value not in element.get("class", "").split():
                return False
        elif element.get(name.strip("_").replace("_", "-")) != value:
            return False
    return True


def broken_promises(html: Html, *, host: str = "localhost") -> list[str]:
    """What is wrong with a page or a part of one, one sentence each."""
    checks = [_ids, _labels, _pictures, _nothing_inline, lambda page: _own_host(page, host), _names]
    if html.whole:
        checks += [_outline, _references]
    return [text for check in checks for text in check(html)]


def _outline(html: Html) -> Iterator[str]:
    if not html.source.lstrip().lower().startswith("<!doctype html>"):
        yield "it does not begin with <!doctype html>"
    if not html.root.get("lang"):
        yield "<html> has no lang"
    headings = html.all("h1")
    if len(headings) != 1:
        yield f"it has {len(headings)} h1, not one"
    titles = [text_of(title) for title in html.all("title")]
    if len(titles) != 1 or not titles[0]:
        yield f"its titles are {titles}"
    elif headings:
        begin = SPACE.sub("", text_of(headings[0]))[:12]
        if not begin or begin not in SPACE.sub("", titles[0]):
            yield f"its title {titles[0]!r} does not say its h1 {text_of(headings[0])!r}"
    if len(html.all("main")) != 1:
        yield f"it has {len(html.all('main'))} main, not one"


def _ids(html: Html) -> Iterator[str]:
    seen: set[str] = set()
    for element in html.root.iter():
        name = element.get("id")
        if name is not None and name in seen:
            yield f"the id {name!r} is there twice"
        if name == "":
            yield f"<{element.tag}> has an empty id"
        seen.add(name or "")


def _references(html: Html) -> Iterator[str]:
    ids = {element.get("id") for element in html.root.iter()}
    for element in html.root.iter():
        if not isinstance(element.tag, str):
            continue
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield f"<{element.tag} {attribute}> points to {name!r}, which is not there"
        href = element.get("href") or ""
        if element.tag == "a" and href.startswith("#") and len(href) > 1 and href[1:] not in ids:
            yield f"the link {href!r} leads nowhere"


def _labels(html: Html) -> Iterator[str]:
    labelled = {label.get("for") for label in html.all("label")}
    for element in html.root.iter():
        if element.tag not in TYPED or element.get("type", "text").lower() in UNLABELLED:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby") or element.get("id") in labelled
        if not named and not any(parent.tag == "label" for parent in html.ancestors(element)):
            yield f"<{element.tag} name={element.get('name')!r}> has no label"


def _names(html: Html) -> Iterator[str]:
    for element in html.root.iter():
        if element.tag not in ("a", "button", "summary") or (element.tag == "a" and element.get("href") is None):
            continue
        inside = [part.get("aria-label") or part.get("alt") for part in element.iter()]
        if not text_of(element) and not any(inside):
            yield f"<{element.tag} class={element.get('class')!r}> has no name to read out"


def _pictures(html: Html) -> Iterator[str]:
    for image in html.all("img"):
        if image.get("alt") is None:
            yield f"the picture {image.get('src')!r} has no alt"


def _nothing_inline(html: Html) -> Iterator[str]:
    for element in html.root.iter():
        if element.tag == "style":
            yield "it has a <style> element"
        if element.tag == "script" and not element.get("src") and not element.get("type", "").endswith("json"):
            yield "it has a script inside"
        for name, value in element.attrib.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                yield f"<{element.tag}> has the inline attribute {name!r}"
            if name in LOADING and value.strip().lower().startswith("javascript:"):
                yield f"<{element.tag} {name}> runs a script"


def _own_host(html: Html, host: str) -> Iterator[str]:
    for element in html.root.iter():
        for name, value in element.attrib.items():
            if name not in LOADING:
                continue
            for address in (
                (part.split()[0] for part in value.split(",") if part.strip()) if "srcset" in name else [value]
            ):
                parts = urlsplit(address)
                if parts.netloc and parts.hostname != host:
                    yield f"<{element.tag} {name}> goes to another host: {address}"
