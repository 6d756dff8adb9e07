"""Plain text from the LaTeX that BibTeX fields are written in (the only door of pylatexenc)."""

from __future__ import annotations

import re
from typing import Final

from pylatexenc.latex2text import LatexNodes2Text

__all__ = ["from_latex", "unescape"]

_CONVERTER: Final = LatexNodes2Text(math_mode="verbatim", keep_comments=True, strict_latex_spaces=True)
_PERCENT: Final = re.compile(r"(?<!\\)((?:\\\\)*)%")
_ESCAPED: Final = re.compile(r"\\([_%&#~$^{}-])")
_DEEPEST: Final = 50


def from_latex(text: str) -> str:
    r"""Return the text with accents, signs and braces decoded; math stays as TeX between its dollars.

    Examples
    --------
    >>> from_latex(r"{\'E}tudes of {BERT} -- 5\% of $O(n^2)$ by {\L}ukasz")
    'Études of BERT – 5% of $O(n^2)$ by Łukasz'
    """
    if "\\" in text and _depth(text) <= _DEEPEST:
        try:
            # In BibTeX a bare percent sign is one; LaTeX would take the rest of the line for a comment.
            return str(_CONVERTER.latex_to_text(_PERCENT.sub(r"\1\\%", text)))
        except Exception:  # whatever a parser makes of a text that is no LaTeX, the text itself is still good
            text = unescape(text)
    return text.replace("{", "").replace("}", "").replace("~", " ").replace("---", "—").replace("--", "–")


def unescape(text: str) -> str:
    r"""Return a verbatim field (an address, a DOI) without the braces and backslashes that LaTeX needs.

    Examples
    --------
    >>> unescape(r"{https://example.org/a\_b}")
    'https://example.org/a_b'
    """
    return _ESCAPED.sub(r"\1", text).replace("{", "").replace("}", "").removeprefix("\\url")


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        deepest = max(deepest, depth)
    return deepest
