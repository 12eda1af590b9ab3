"""The implicit AI label of GB 45438: found in an original, written into what is made from it.

Its fields are JSON text in an `AIGC` tag (MP4, Matroska), an XMP property of the TC260 namespace, a PNG text or the
EXIF user comment. Re-encoding loses all of these, and the labelling measures forbid losing it.
"""

import json
import re
from collections.abc import Mapping
from html import escape, unescape

from contest.media.facts import AiLabel

NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
LONGEST = 4096
_FIELDS = ("Label", "ContentProducer", "ProduceID", "ReservedCode1")
_ELEMENT = re.compile(r"<[\w.-]+:AIGC\b[^>]*>(.*?)</[\w.-]+:AIGC>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""[\w.-]+:AIGC\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def label_from_text(text: str, *, source: str) -> AiLabel | None:
    """The label in `text`, when it is one: JSON with the standard's fields, bare or under the key AIGC."""
    raw = text.replace("\x00", "").strip()[:LONGEST]
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    if isinstance(found, dict) and isinstance(found.get("AIGC"), dict):
        found = found["AIGC"]
    if not isinstance(found, dict) or not any(name in found for name in _FIELDS):
        return None
    return AiLabel(value=str(found.get("Label", ""))[:8], raw=json.dumps(found, ensure_ascii=False), source=source)


def label_from_tag(text: str, *, source: str) -> AiLabel | None:
    """The label in a tag that is named for it: even when it cannot be read it is a label."""
    bare = "".join(letter for letter in text if letter.isprintable()).strip()
    if not bare:
        return None
    return label_from_text(bare, source=source) or AiLabel(value="", raw=bare[:LONGEST], source=source)


def label_from_tags(tags: Mapping[str, str]) -> AiLabel | None:
    """The label among a file's tags, however their names are cased; other tags count when they hold its JSON."""
    for name, text in tags.items():
        if name.lower().rpartition(".")[2] == "aigc" and (label := label_from_tag(text, source="tag")):
            return label
    for name, text in tags.items():
        if name.lower() in ("comment", "description") and (label := label_from_text(text, source="tag")):
            return label
    return None


def label_from_xmp(xmp: str) -> AiLabel | None:
    """Read by pattern, not by an XML parser: the packet is a stranger's, and entities are a way in."""
    if NAMESPACE not in xmp:
        return None
    if found := _ELEMENT.search(xmp):
        return label_from_tag(unescape(found.group(1)), source="xmp")
    if found := _ATTRIBUTE.search(xmp):
        return label_from_tag(unescape(found.group(1) or found.group(2) or ""), source="xmp")
    return None


def as_xmp(label: AiLabel) -> bytes:
    """An XMP packet with the label and nothing else."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:TC260="{NAMESPACE}"><TC260:AIGC>{escape(label.raw)}</TC260:AIGC>'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def jpeg_with_label(jpeg: bytes, label: AiLabel) -> bytes:
    """The same JPEG with the label as its XMP segment."""
    payload = b"http://ns.adobe.com/xap/1.0/\x00" + as_xmp(label)
    return jpeg[:2] + b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload + jpeg[2:]
