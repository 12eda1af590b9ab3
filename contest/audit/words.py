"""Sentences for verbs, for people who read the record. A feature describes its own verbs once, at import."""

from typing import Any

_sentences: dict[str, Any] = {}
_kinds: dict[str, Any] = {}


def describe(verb: str, sentence: Any) -> None:
    """Say `verb` as a lazily translated phrase that can follow a name: "submitted an entry"."""
    _sentences[verb] = sentence


def describe_kind(kind: str, noun: Any) -> None:
    """Say what rows of the table `kind` are: "entry"."""
    _kinds[kind] = noun


def sentence_of(verb: str) -> str:
    """The phrase for `verb` in the reader's language; the verb itself when nobody described it."""
    return str(_sentences.get(verb, verb))


def noun_of(kind: str) -> str:
    """The word for the objects of table `kind`; the table's name when nobody described it."""
    return str(_kinds.get(kind, kind.replace("_", " ")))
