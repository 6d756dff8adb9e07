"""Two records of one paper made one record."""

from __future__ import annotations

from kg.model import Paper
from kg.readers.identify import SCHEMES, rank
from kg.titles import is_noted

__all__ = ["merge"]


def merge(first: Paper, second: Paper) -> Paper:
    """Return one paper that says what both records say.

    Commutative, associative and idempotent, so that the order in which files come cannot matter. Field by field:

    ========================  ====================================================================================
    id                        the better of the two: arXiv, then ACL, then DOI, then a title's hash; then the smaller
    title, abstract, venue    the longer text; of two as long, the lexicographically greater; but a title without
                              "(extended abstract)" and the like before one with it
    local_id                  a file's own id before one that is an identifier; then the better or smaller
    year                      the smaller: a preprint is older than its proceedings, and first made the claim
    authors                   the longer list; of two as long, the greater
    url                       https before http; then the shorter, then the smaller
    keywords, identifiers     the union, sorted (two equal lists stay as they are)
    ========================  ====================================================================================

    Examples
    --------
    >>> one = Paper("doi:10.1000/x", "A title", year=2021, identifiers=("doi:10.1000/x",))
    >>> two = Paper("arxiv:2106.14405", "A title", "An abstract.", identifiers=("arxiv:2106.14405",))
    >>> merge(one, two).id, merge(one, two).abstract, merge(one, two).year
    ('arxiv:2106.14405', 'An abstract.', 2021)
    """
    return Paper(
        id=min(first.id, second.id, key=rank),
        title=max(first.title, second.title, key=lambda title: (not is_noted(title), *_length(title))),
        abstract=_longer(first.abstract, second.abstract),
        local_id=min(first.local_id, second.local_id, key=_local_rank),
        year=min((year for year in (first.year, second.year) if year is not None), default=None),
        authors=max(first.authors, second.authors, key=lambda names: (len(names), names)),
        venue=max((venue for venue in (first.venue, second.venue) if venue is not None), key=_length, default=None),
        url=min((url for url in (first.url, second.url) if url is not None), key=_url_rank, default=None),
        keywords=_union(first.keywords, second.keywords),
        identifiers=_union(first.identifiers, second.identifiers),
    )


def _longer(first: str, second: str) -> str:
    return max(first, second, key=_length)


def _length(text: str) -> tuple[int, str]:
    return (len(text), text)


def _local_rank(local_id: str) -> tuple[int, int, str]:
    if not local_id:
        return (2, 0, "")
    if local_id.partition(":")[0] in SCHEMES:
        return (1, *rank(local_id))
    return (0, 0, local_id)


def _url_rank(url: str) -> tuple[bool, int, str]:
    return (not url.startswith("https:"), len(url), url)


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return first if first == second else tuple(sorted({*first, *second}))
