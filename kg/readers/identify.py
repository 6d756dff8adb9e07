"""Identifiers of papers: recognised in whatever clothes they come, and minted where a source has none.

Three schemes are known, written ``scheme:value``:

- ``arxiv:2106.14405`` and ``arxiv:cs/0112017``: without version and, for old ids, without the subject class
  (``math.GT/0309136`` is ``arxiv:math/0309136``), see arXiv's "Understanding the arXiv identifier".
- ``acl:P17-1001`` and ``acl:2020.acl-main.1``: ids of the ACL Anthology.
- ``doi:10.1000/xyz``: lower-cased, because DOIs do not tell case apart (DOI Handbook, 2.4).

A DOI that only wraps one of the others is that other: ``10.48550/arXiv.2106.14405`` is an arXiv id,
``10.18653/v1/P17-1001`` an ACL id.

A paper's id is its first identifier in the order **arXiv, ACL, DOI**. The order does not depend on the file: the same
paper in a BibTeX library and in a dump gets the same id where both name the same identifiers. arXiv and ACL come first
because a paper has them from its first day, while a journal's DOI is added to the record years later; with the DOI
first, the paper's id would change then. A paper without any gets ``title:`` and 16 hex digits of the SHA-256 of its
normalised title.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

__all__ = ["SCHEMES", "identifiers", "normalised_title", "paper_id", "rank", "recognise", "title_id"]

#: Schemes of identifiers, the one that makes a paper's id first.
SCHEMES: Final = ("arxiv", "acl", "doi", "title")

_ARCHIVES: Final = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga"
    "|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph"
    "|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_ARXIV_NEW: Final = r"(?:0[7-9]|[1-9]\d)(?:0[1-9]|1[0-2])\.\d{4,5}"
_ARXIV_OLD: Final = rf"(?:{_ARCHIVES})(?:\.[a-z]{{2,}}(?:-[a-z]{{2,}})?)?/\d{{2}}(?:0[1-9]|1[0-2])\d{{3}}"
_ARXIV_ID: Final = rf"(?P<arxiv>{_ARXIV_NEW}|{_ARXIV_OLD})(?:v\d{{1,3}})?"
_ARXIV: Final = re.compile(
    r"(?:(?:https?://)?(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html|format|e-print)/|arxiv\s*:\s*(?:abs/)?|oai:arxiv\.org:|abs/)?"
    rf"{_ARXIV_ID}(?:\.pdf)?(?:[?#]\S*)?(?:\s*\[[\w.,\s-]+\])?",
    re.IGNORECASE,
)
_ARXIV_INSIDE: Final = re.compile(rf"\barxiv(?:\s*:\s*|\.org/abs/){_ARXIV_ID}(?![\d.]*\d)", re.IGNORECASE)
_ARXIV_DOI: Final = re.compile(rf"10\.48550/arxiv\.{_ARXIV_ID}", re.IGNORECASE)

_ACL_OLD: Final = r"[A-Z]\d{2}-\d{4,5}"
_ACL_NEW: Final = r"(?:19|20)\d{2}\.[a-z0-9_]+-[a-z0-9_]+\.\d+"
_ACL: Final = re.compile(
    r"(?:(?:https?://)?(?:www\.)?(?:aclanthology\.(?:org|info)/(?:papers/)?|aclweb\.org/anthology/(?:papers/)?)|acl\s*:\s*)?"
    rf"(?P<acl>{_ACL_OLD}|{_ACL_NEW})(?:v\d)?(?:\.pdf|\.bib|/)?",
    re.IGNORECASE,
)
_ACL_DOI: Final = re.compile(rf"10\.(?:18653/v1|3115/v1)/(?P<acl>{_ACL_OLD}|{_ACL_NEW})", re.IGNORECASE)

_DOI: Final = re.compile(
    r"(?:(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi\s*[:=]?\s*)?(?P<doi>10\.\d{4,9}(?:\.\d+)*(?:/|%2f)\S+)",
    re.IGNORECASE,
)
_LONGEST: Final = 2_000


def recognise(text: str) -> str | None:
    """Return the identifier that a text is, as ``scheme:value``, or None if it is none.

    Examples
    --------
    >>> recognise("https://arxiv.org/abs/2106.14405v2"), recognise("math.GT/0309136")
    ('arxiv:2106.14405', 'arxiv:math/0309136')
    >>> recognise("https://doi.org/10.18653/v1/P17-1001"), recognise("10.1145/3292500.3330701")
    ('acl:P17-1001', 'doi:10.1145/3292500.3330701')
    >>> recognise("P17") is None
    True
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    if match := _ARXIV.fullmatch(text):
        return _arxiv(match["arxiv"])
    if match := _ACL.fullmatch(text):
        return _acl(match["acl"])
    if match := _DOI.fullmatch(text):
        return _doi(match["doi"])
    return None


def arxiv_inside(text: str) -> str | None:
    """Return the first arXiv id that a text marks as one, or None.

    Examples
    --------
    >>> arxiv_inside("arXiv preprint arXiv:2106.14405v1")
    'arxiv:2106.14405'
    """
    match = _ARXIV_INSIDE.search(text[:_LONGEST])
    return _arxiv(match["arxiv"]) if match else None


def identifiers(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the identifiers found among the texts, sorted, each once.

    Examples
    --------
    >>> identifiers(["P17-1001", "a BibTeX key", "10.18653/v1/P17-1001", "10.1000/XYZ"])
    ('acl:P17-1001', 'doi:10.1000/xyz')
    """
    return tuple(sorted({found for text in texts if (found := recognise(text))}))


def rank(identifier: str) -> tuple[int, str]:
    """Return the place of an identifier in the order that chooses a paper's id.

    Examples
    --------
    >>> min(["doi:10.1000/xyz", "arxiv:2106.14405"], key=rank)
    'arxiv:2106.14405'
    """
    scheme = identifier.partition(":")[0]
    return (SCHEMES.index(scheme) if scheme in SCHEMES else len(SCHEMES), identifier)


def paper_id(known: Iterable[str], title: str) -> str:
    """Return a paper's id: the best of its identifiers (arXiv, then ACL, then DOI), else the hash of its title.

    Parameters
    ----------
    known : iterable of str
        Identifiers as `recognise` returns them.
    title : str
        The title, which makes the id where there is no identifier.

    Examples
    --------
    >>> paper_id(["doi:10.1000/xyz", "acl:P17-1001"], "Any title")
    'acl:P17-1001'
    >>> paper_id([], "Neural  Databases") == paper_id([], "Neural databases!")
    True
    """
    return min(known, key=rank, default=None) or title_id(title)


def title_id(title: str) -> str:
    """Return ``title:`` and 16 hex digits of the SHA-256 of the normalised title.

    Examples
    --------
    >>> title_id("A Survey of Mamba")
    'title:a29c2e912a0fd42b'
    """
    return f"title:{hashlib.sha256(normalised_title(title).encode()).hexdigest()[:16]}"


def normalised_title(title: str) -> str:
    """Return the title in NFKC, case-folded, its letters and digits only, words single-spaced.

    A title of signs alone is kept as it is, or all such titles would be one.

    Examples
    --------
    >>> normalised_title("BT^2: Backward-compatible Training")
    'bt 2 backward compatible training'
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", title).casefold())
    # Marks (category M) belong to the letters they stand on, in Devanagari as well as in a decomposed e-acute.
    words = "".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in folded).split()
    return " ".join(words) or " ".join(folded.split())


def _arxiv(value: str) -> str:
    value = value.lower()
    if "/" in value:
        archive, _, number = value.partition("/")
        value = f"{archive.partition('.')[0]}/{number}"
    return f"arxiv:{value}"


def _acl(value: str) -> str:
    return f"acl:{value.lower() if '.' in value else value.upper()}"


def _doi(value: str) -> str:
    value = unquote(value) if "%2f" in value.lower() else value
    value = value.rstrip(".,;")
    # A bracket that closes nothing belongs to the sentence around the DOI: "(doi:10.1000/xyz)".
    while value and value[-1] in ")]}" and value.count(value[-1]) > value.count("([{"[")]}".index(value[-1])]):
        value = value[:-1].rstrip(".,;")
    if match := _ARXIV_DOI.fullmatch(value):
        return _arxiv(match["arxiv"])
    if match := _ACL_DOI.fullmatch(value):
        return _acl(match["acl"])
    return f"doi:{value.lower()}"
