"""Questions whose answer is a list: each makes the call for any page of it.

Nothing here sends anything. A document selects what the dataclass of its page has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from kg.client.answers import (
    Claim,
    ClaimPage,
    Entity,
    EntityPage,
    FigureEdge,
    FigurePage,
    MentionedEdge,
    MentionedPage,
    PageInfo,
    Paper,
    PaperPage,
    RelatedEdge,
    RelatedPage,
)  # fmt: skip
from kg.client.calls import Call, asked
from kg.client.errors import AnswerError, NotFound
from kg.client.questions import Identified, id_of, which
from kg.client.selecting import read, selection
from kg.client.terms import Dimension, Direction, EntityOrder, EntityType, FigureOrder, PaperOrder, Relation, Role

__all__ = ["PAGE", "Walk", "claims", "entities", "leaderboard", "measurements", "mentioned", "papers", "related"]

PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")

#: Edges that are fetched at a time: the most that a server gives.
PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Walk(Generic[PageT, ItemT]):
    """A list that is asked for page by page.

    Attributes
    ----------
    call : callable
        Makes the call for a page: cursor to go on from, number of edges, whether to count the list.
    items : callable
        What a reader of the list gets of a page.
    info : callable
        Where a page lies.
    """

    call: Callable[[str | None, int, bool], Call[PageT]]
    items: Callable[[PageT], Iterable[ItemT]]
    info: Callable[[PageT], PageInfo]

    def following(self, page: PageT, cursor: str | None) -> str | None:
        """Cursor of the page behind this one, which was asked for with `cursor`; None behind the last.

        Raises
        ------
        AnswerError
            When the server would send the walk round in circles.
        """
        info = self.info(page)
        if not info.has_next_page:
            return None
        if info.end_cursor is None or info.end_cursor == cursor:
            raise AnswerError("a page says that more follow, and not where", code="UNEXPECTED_ANSWER")
        return info.end_cursor


_ENTITIES: Final = f"""query(
  $type: EntityType, $search: String, $broader: String, $includeNarrower: Boolean!, $minPapers: Int!,
  $orderBy: EntityOrder!, $first: Int, $after: String, $count: Boolean!
) {{
  entities(
    type: $type, search: $search, broader: $broader, includeNarrower: $includeNarrower, minPapers: $minPapers,
    orderBy: $orderBy, first: $first, after: $after
  ) {{ {selection(EntityPage)} }}
}}"""


def entities(
    search: str | None = None,
    *,
    type: EntityType | None = None,
    broader: Identified | None = None,
    include_narrower: bool = True,
    min_papers: int = 0,
    order_by: EntityOrder = "NAME",
) -> Walk[EntityPage, Entity]:
    """Entities.

    Parameters
    ----------
    search : str, optional
        Words, or parts of words, that a name or other name must all hold.
    type : str, optional
        Only of this type.
    broader : str or answer, optional
        Only kinds of this entity.
    include_narrower : bool
        Whether kinds of kinds count too.
    min_papers : int
        Only with at least so many papers.
    order_by : str
    """
    variables = {
        "type": type, "search": search, "broader": id_of(broader), "includeNarrower": include_narrower,
        "minPapers": min_papers, "orderBy": order_by,
    }  # fmt: skip
    return _walk(
        EntityPage,
        _ENTITIES,
        variables,
        ("entities",),
        lambda page: [edge.node for edge in page.edges],
        lambda page: page.page_info,
    )


_PAPERS: Final = f"""query(
  $filter: PaperFilter, $orderBy: PaperOrder!, $first: Int, $after: String, $count: Boolean!
) {{
  papers(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {{ {selection(PaperPage)} }}
}}"""


def papers(
    search: str | None = None,
    *,
    entity: Identified | None = None,
    include_narrower: bool = True,
    role: Role | None = None,
    type: EntityType | None = None,
    year: int | None = None,
    year_from: int | None = None,
    year_to: int | None = None,
    venue: str | None = None,
    order_by: PaperOrder = "YEAR",
) -> Walk[PaperPage, Paper]:
    """Papers that fulfil all conditions.

    Parameters
    ----------
    search : str, optional
        Words, or parts of words, that title or abstract must all hold.
    entity : str or answer, optional
        Mentions this entity: a name, IRI or global id.
    include_narrower : bool
        Whether entities narrower than it count too.
    role : str, optional
        Has such an entity in this role.
    type : str, optional
        Has such an entity of this type.
    year, year_from, year_to : int, optional
        Published then, or between, both included.
    venue : str, optional
        Its whole name, letter case aside.
    order_by : str
    """
    conditions = {
        "search": search, "entity": id_of(entity), "includeNarrower": include_narrower, "role": role, "type": type,
        "year": year, "yearFrom": year_from, "yearTo": year_to, "venue": venue,
    }  # fmt: skip
    return _walk(
        PaperPage,
        _PAPERS,
        {"filter": conditions, "orderBy": order_by},
        ("papers",),
        lambda page: [edge.node for edge in page.edges],
        lambda page: page.page_info,
    )


_MENTIONED: Final = f"""query(
  $id: ID!, $type: EntityType, $role: Role, $claims: Int!, $first: Int, $after: String, $count: Boolean!
) {{
  paper(id: $id) {{
    entities(type: $type, role: $role, first: $first, after: $after) {{ {selection(MentionedPage)} }}
  }}
}}"""


def mentioned(
    paper: Identified, *, type: EntityType | None = None, role: Role | None = None, claims: int = 3
) -> Walk[MentionedPage, MentionedEdge]:
    """The entities of a paper, what each is to it, and the claims that say so.

    Raises
    ------
    NotFound
        While it is walked, when there is no such paper.
    """
    return _walk(
        MentionedPage,
        _MENTIONED,
        {"id": id_of(paper), "type": type, "role": role, "claims": claims},
        ("paper", "entities"),
        lambda page: page.edges,
        lambda page: page.page_info,
    )


_RELATED: Final = f"""query(
  $id: ID, $name: String, $ofType: EntityType, $relation: Relation, $direction: Direction, $type: EntityType,
  $claims: Int!, $first: Int, $after: String, $count: Boolean!
) {{
  entity(id: $id, name: $name, type: $ofType) {{
    related(relation: $relation, direction: $direction, type: $type, first: $first, after: $after) {{
      {selection(RelatedPage)}
    }}
  }}
}}"""


def related(
    entity: Identified,
    *,
    of_type: EntityType | None = None,
    relation: Relation | None = None,
    direction: Direction | None = None,
    type: EntityType | None = None,
    claims: int = 3,
) -> Walk[RelatedPage, RelatedEdge]:
    """The entities related to one, those with most claims first, and the claims that say so.

    Parameters
    ----------
    entity : str or answer
        A name, IRI or global id.
    of_type : str, optional
        Its type, where several share its name.
    relation : str, optional
        Only by this relation.
    direction : str, optional
        Only where the entity is at this end of the relation.
    type : str, optional
        Only entities of this type.
    claims : int
        How many claims to give with each, the surest first, 0 to 100.

    Raises
    ------
    NotFound
        While it is walked, when there is no such entity.
    """
    variables = {
        **which(entity), "ofType": of_type, "relation": relation, "direction": direction, "type": type,
        "claims": claims,
    }  # fmt: skip
    return _walk(
        RelatedPage, _RELATED, variables, ("entity", "related"), lambda page: page.edges, lambda page: page.page_info
    )


_CLAIMS: Final = f"""query($filter: ClaimFilter, $first: Int, $after: String, $count: Boolean!) {{
  claims(filter: $filter, first: $first, after: $after) {{ {selection(ClaimPage)} }}
}}"""


def claims(
    *,
    paper: Identified | None = None,
    subject: Identified | None = None,
    object: Identified | None = None,
    role: Role | None = None,
    relation: Relation | None = None,
    min_confidence: float | None = None,
    min_edge_confidence: float | None = None,
    min_support: int | None = None,
    derived: bool | None = None,
    hedged: bool | None = None,
) -> Walk[ClaimPage, Claim]:
    """Claims that fulfil all conditions, surest first.

    Parameters
    ----------
    paper : str or answer, optional
        Made by this paper.
    subject, object : str or answer, optional
        About this paper or entity; of this entity. Ids and IRIs, no names.
    role, relation : str, optional
        From a paper in this role; between entities by this relation.
    min_confidence, min_edge_confidence : float, optional
        At least this sure, 0 to 1: of having read the paper rightly; by the claims of all papers.
    min_support : int, optional
        Their edge stated by at least so many papers.
    derived, hedged : bool, optional
        Only what follows from other claims, or may be so; only what does not.
    """
    conditions = {
        "paper": id_of(paper), "subject": id_of(subject), "object": id_of(object), "role": role, "relation": relation,
        "minConfidence": min_confidence, "minEdgeConfidence": min_edge_confidence, "minSupport": min_support,
        "derived": derived, "hedged": hedged,
    }  # fmt: skip
    return _walk(
        ClaimPage,
        _CLAIMS,
        {"filter": conditions},
        ("claims",),
        lambda page: [edge.node for edge in page.edges],
        lambda page: page.page_info,
    )


_FIGURES: Final = "$unit: String, $change: Boolean!, $hedged: Boolean, $minConfidence: Float, $order: FigureOrder"
_OF_FIGURES: Final = "unit: $unit, change: $change, hedged: $hedged, minConfidence: $minConfidence, order: $order"

_LEADERBOARD: Final = f"""query(
  $dataset: String!, $metric: String!, {_FIGURES}, $first: Int, $after: String, $count: Boolean!
) {{
  leaderboard(dataset: $dataset, metric: $metric, {_OF_FIGURES}, first: $first, after: $after) {{
    {selection(FigurePage)}
  }}
}}"""


def leaderboard(
    dataset: Identified,
    metric: Identified,
    *,
    unit: str | None = None,
    change: bool = False,
    hedged: bool | None = None,
    min_confidence: float | None = None,
    order: FigureOrder | None = None,
) -> Walk[FigurePage, FigureEdge]:
    """The methods by their values of a metric on a dataset, best first, each with its sentence.

    Parameters
    ----------
    dataset, metric : str or answer
        A name, IRI or global id.
    unit : str, optional
        Only figures in this unit; empty for bare numbers.
    change : bool
        Whether changes and ratios are wanted, instead of values by themselves.
    hedged : bool, optional
        Only what papers say may be so, or only what they state.
    min_confidence : float, optional
        Only figures at least this sure, 0 to 1.
    order : str, optional
        Which values come first; the best by default.
    """
    variables = {
        "dataset": id_of(dataset), "metric": id_of(metric), "unit": unit, "change": change, "hedged": hedged,
        "minConfidence": min_confidence, "order": order,
    }  # fmt: skip
    return _walk(
        FigurePage, _LEADERBOARD, variables, ("leaderboard",), lambda page: page.edges, lambda page: page.page_info
    )


_MEASUREMENTS: Final = f"""query(
  $hardware: String!, $dimension: Dimension, $includeNarrower: Boolean!, {_FIGURES},
  $first: Int, $after: String, $count: Boolean!
) {{
  measurements(
    hardware: $hardware, dimension: $dimension, includeNarrower: $includeNarrower, {_OF_FIGURES},
    first: $first, after: $after
  ) {{ {selection(FigurePage)} }}
}}"""


def measurements(
    hardware: Identified,
    *,
    dimension: Dimension | None = None,
    include_narrower: bool = True,
    unit: str | None = None,
    change: bool = False,
    hedged: bool | None = None,
    min_confidence: float | None = None,
    order: FigureOrder | None = None,
) -> Walk[FigurePage, FigureEdge]:
    """The figures that papers report of hardware, best first, each with its sentence.

    Parameters
    ----------
    hardware : str or answer
        A device or a class of them: a name, IRI or global id.
    dimension : str, optional
        Only figures of this dimension.
    include_narrower : bool
        Whether figures of narrower hardware count too.
    unit, change, hedged, min_confidence, order
        As those of `leaderboard`.
    """
    variables = {
        "hardware": id_of(hardware), "dimension": dimension, "includeNarrower": include_narrower, "unit": unit,
        "change": change, "hedged": hedged, "minConfidence": min_confidence, "order": order,
    }  # fmt: skip
    return _walk(
        FigurePage, _MEASUREMENTS, variables, ("measurements",), lambda page: page.edges, lambda page: page.page_info
    )


def _walk(
    page: type[PageT],
    document: str,
    variables: Mapping[str, object],
    at: tuple[str, ...],
    items: Callable[[PageT], Iterable[ItemT]],
    info: Callable[[PageT], PageInfo],
) -> Walk[PageT, ItemT]:
    def call(after: str | None, first: int, count: bool) -> Call[PageT]:
        def found(data: Mapping[str, Any]) -> PageT:
            value: Any = data
            for name in at:
                value = value.get(name) if isinstance(value, dict) else None
                if value is None and name != at[-1]:
                    raise NotFound(
                        f"the graph has no {name} {variables.get('name') or variables.get('id')!r}",
                        hint="search with `entities` or `papers`",
                        code="NOT_FOUND",
                    )
            return read(page, value, ".".join(at))

        return asked(document, {**variables, "first": first, "after": after, "count": count}, found)

    return Walk(call, items, info)
