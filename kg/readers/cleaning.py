"""Text as the graph keeps it: NFC, white space folded, no control characters, no inline markup."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["clean", "strip_markup"]

# Control characters that are no white space, lone surrogates (a JSON escape can make them), byte order marks and
# the non-characters that XML 1.0 forbids: none of them can be written to RDF/XML, GEXF or GraphML.
_UNWANTED: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufdd0-\ufdef\ufffe\uffff]")

# The inline elements that Crossref's JATS, Zotero and publishers' exports put into titles and abstracts. A closed
# list, because "<" and ">" are also comparison signs in the text of papers.
_MARKUP: Final = re.compile(
    r"</?(?:jats:)?(?:abstract|b|bold|br|div|em|fixed-case|i|italic|monospace|p|roman|sc|scp|sec|span|strong|styled-content|sub|sup"
    r"|title|tt|u|underline|xref|mml:[a-z]+|math|mi|mn|mo|mrow|msub|msup|inline-formula|tex-math|alternatives)"
    r"(?:\s[^<>]{0,300})?\s*/?>",
    re.IGNORECASE,
)
_BLOCK: Final = re.compile(r"</?(?:jats:)?(?:abstract|br|div|p|sec|title)\b", re.IGNORECASE)
_ENTITIES: Final = {
    "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#39;": "'", "&nbsp;": " ", "&#160;": " ", "&amp;": "&",
}  # fmt: skip
_ENTITY: Final = re.compile("|".join(_ENTITIES))


def clean(text: str) -> str:
    r"""Return the text in NFC with white space folded to single spaces and control characters dropped.

    Examples
    --------
    >>> clean("  Event\tcameras\r\n  for\x00 drones ")
    'Event cameras for drones'
    """
    if _UNWANTED.search(text):
        text = _UNWANTED.sub("", text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def strip_markup(text: str) -> str:
    """Return the text without the inline HTML and JATS elements that bibliographic exports hold.

    Comparison signs stay: only the elements such exports use are taken for markup.

    Examples
    --------
    >>> strip_markup("<jats:p>H<sub>2</sub>O where p &lt; 0.05 and a < b > c</jats:p>")
    ' H2O where p < 0.05 and a < b > c '
    """
    if "<" in text:
        # A paragraph's tag separates words, an italic's does not.
        text = _MARKUP.sub(lambda tag: " " if _BLOCK.match(tag.group()) else "", text)
    if "&" in text:
        text = _ENTITY.sub(lambda entity: _ENTITIES[entity.group()], text)
    return text
