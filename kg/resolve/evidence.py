"""Where the names of entities stand in papers: which papers, how they are written, a sentence of each."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.model import Entity, Mention, Paper, PaperEntity
from kg.resolve.across import Resolution
from kg.resolve.applying import Keyed
from kg.resolve.canonical import Key
from kg.resolve.names import display, name_key
from kg.resolve.within import Concept


@dataclass(frozen=True, slots=True)
class Seen:
    """A sentence of a paper that has a name, white space folded: ``text[start:end]`` is the name.

    Attributes
    ----------
    paper, title, text : str
    start, end : int
        Half-open character offsets into `text`.
    """

    paper: str
    title: str
    text: str
    start: int
    end: int


class Evidence:
    """Names of entities, and where they stand.

    Parameters
    ----------
    papers : iterable of Paper
    concepts : sequence of Keyed
        Of these papers.
    resolution : Resolution
        Of these concepts.
    least : float
        What a paper says of an entity is left out below this confidence.

    Attributes
    ----------
    entities : dict of key to Entity
        Those that papers speak of, by type and key.
    papers : dict of key to list of PaperEntity
        What papers say of each.
    names : dict of key to list of key
        Type and key of the names of each, the most frequent first.
    entity : dict of key to key
        The entity of each name.
    """

    def __init__(
        self,
        papers: Iterable[Paper],
        concepts: Sequence[Keyed],
        resolution: Resolution,
        *,
        least: float = 0.0,
    ) -> None:
        self._papers = {paper.id: paper for paper in papers}
        self.papers: Mapping[Key, list[PaperEntity]] = defaultdict(list)
        at: dict[tuple[str, int, int], Key] = {}
        for said in resolution.papers:
            if said.confidence >= least:
                self.papers[said.entity].append(said)
                at.update({(said.paper, m.start, m.end): said.entity for m in said.mentions})
        self.entities: dict[Key, Entity] = {
            (e.type, e.key): e for e in resolution.entities if (e.type, e.key) in self.papers
        }
        self.entity: dict[Key, Key] = {}
        self._seen: dict[Key, list[tuple[str, Concept]]] = defaultdict(list)
        for paper, concept, key in concepts:
            first = concept.mentions[0]
            if entity := at.get((paper, first.start, first.end)):
                name = entity[0], key
                self.entity[name] = entity
                self._seen[name].append((paper, concept))
        self._counts = {name: len({paper for paper, _ in seen}) for name, seen in self._seen.items()}
        self._written: dict[Key, str] = {}
        self.names: Mapping[Key, list[Key]] = defaultdict(list)
        for name in sorted(self.entity, key=lambda name: (-self.count(name), name)):
            self.names[self.entity[name]].append(name)

    def count(self, name: Key) -> int:
        """How many papers have a name."""
        return self._counts.get(name, 0)

    def written(self, name: Key) -> str:
        """A name as most papers write it; its key where none writes it so that it can be told again."""
        if name not in self._written:
            self._written[name] = self._spelled(name)
        return self._written[name]

    def _spelled(self, name: Key) -> str:
        spellings: Counter[str] = Counter()
        for _, concept in self._seen.get(name, ()):
            for surface in (*(mention.text for mention in concept.mentions), *concept.surfaces):
                spellings.update({" ".join(surface.split()): 1, display(surface): 1})
        same = {text: count for text, count in spellings.items() if name_key(text) == name[1] and text.isprintable()}
        return min(same, key=lambda text: (-same[text], len(text), text)) if same else name[1]

    def mentions(self, entity: Key) -> Iterator[tuple[str, Mention]]:
        """Yield the mentions of an entity, each with its paper's text."""
        for said in self.papers[entity]:
            yield from ((self._papers[said.paper].text, mention) for mention in said.mentions)

    def quote(self, name: Key) -> Seen | None:
        """A sentence that has a name, the surest; None where no paper has it."""
        held = [
            (name_key(mention.text) != name[1], -mention.confidence, paper, mention.start, mention)
            for paper, concept in self._seen.get(name, ())
            for mention in concept.mentions
        ]
        if not held:
            return None
        *_, paper, _, mention = min(held, key=lambda each: each[:4])
        text, sentence = self._papers[paper].text, mention.sentence
        before = re.sub(r"\s+", " ", text[min(sentence.start, mention.start) : mention.start]).lstrip()
        words = " ".join(mention.text.split())
        after = re.sub(r"\s+", " ", text[mention.end : max(sentence.end, mention.end)]).rstrip()
        return Seen(paper, self._papers[paper].title, before + words + after, len(before), len(before) + len(words))
