"""XML that goes out element by element, so that memory does not grow with the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl


class XMLStream:
    """Writer of one document: the standard library's generator, which escapes what it is given, with shorter words.

    Parameters
    ----------
    stream : binary file
        Gets UTF-8.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._xml = XMLGenerator(stream, "utf-8", short_empty_elements=True)
        self._xml.startDocument()

    def start(self, name: str, attributes: Mapping[str, str] | None = None) -> None:
        """Open an element."""
        self._xml.startElement(name, AttributesImpl(attributes or {}))

    def text(self, content: str) -> None:
        """Write text inside the open element."""
        self._xml.characters(content)

    def end(self, name: str) -> None:
        """Close the open element, which has this name."""
        self._xml.endElement(name)

    def empty(self, name: str, attributes: Mapping[str, str]) -> None:
        """Write an element without content."""
        self.start(name, attributes)
        self.end(name)

    def line(self) -> None:
        """Begin a new line between elements."""
        self._xml.ignorableWhitespace("\n")

    def close(self) -> None:
        """Flush what is left; the stream stays open."""
        self._xml.endDocument()
