"""How sure it is that an entity is a concept: what speaks for it and against it, weighed.

The weights were fitted on half of the candidates judged one by one, by a large language model, in ``judged.tsv``
(`kg.training.linking`) and lie in ``weights.json`` with what they are worth on the other half. Two
probabilities come out: that the two are the same, and that they are the same or close.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kg.linking.index import Concept, bare, label_key
from kg.model import EntityType
from kg.resolve.acronyms import best_long_form
from kg.resolve.names import name_key

TABLE: Final = Path(__file__).with_name("weights.json")
#: The hand-judged candidates that the weights come from.
JUDGED: Final = Path(__file__).with_name("judged.tsv")

#: Concepts that whatever is below them is about learning, language or vision.
_LEARNING: Final = frozenset(
    {
        "Artificial intelligence", "Machine learning", "Computer vision", "Pattern recognition", "Data mining",
        "Natural language processing", "Speech recognition", "Artificial neural network", "Information retrieval",
    }
)  # fmt: skip
#: The same for computers and networks, where "memory bank" and "subnetwork" are other things than in a neural network.
_SYSTEMS: Final = frozenset(
    {
        "Computer hardware", "Computer network", "Operating system", "Telecommunications", "Embedded system",
        "Computer security", "Database", "World Wide Web",
    }
)  # fmt: skip
_THEORY: Final = "Theory of computation"
#: Last words of the names of collections of data.
_DATA: Final = frozenset({"data", "dataset", "corpus", "database", "collection", "benchmark"})
#: Letters up to which an acronym that nothing else supports is no evidence at all.
SHORT: Final = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of an entity that is to be linked.

    Attributes
    ----------
    type : EntityType
    name : str
    aliases, broader : tuple of str
        Its other names, and the names of what is right above it.
    """

    type: EntityType
    name: str
    aliases: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A concept that some name of an entity finds.

    Attributes
    ----------
    concept : Concept
    names : tuple of str
        The entity's names that find it, its preferred one first.
    above : frozenset of str
        Preferred labels of the concepts above it.
    rivals : int
        Other concepts of the vocabulary that the preferred name finds.
    """

    concept: Concept
    names: tuple[str, ...]
    above: AbstractSet[str]
    rivals: int


def evidence(asked: Asked, found: Found) -> frozenset[str]:
    """What speaks for an entity's being a concept, or against it: the names of the weights that count.

    >>> concept = Concept("opencs", "https://w3id.org/ocs/ont/C5616", "Latency (engineering)")
    >>> found = Found(concept, ("latency",), frozenset({"Computer network"}), 2)
    >>> sorted(evidence(Asked("Metric", "latency"), found))
    ['Metric', 'label without its parenthesis', 'one word', 'rivals']
    """
    return frozenset((*_of_names(asked, found), *_of_place(asked, found)))


def _of_names(asked: Asked, found: Found) -> Iterator[str]:
    concept = found.concept
    name = best_name(found)
    key = label_key(name)
    if name != asked.name and not spells_out(asked.name, name):
        yield "another name"
    if key not in map(label_key, (concept.label, *concept.others)):
        yield "label without its parenthesis"
    if key not in (label_key(concept.label), label_key(bare(concept.label))):
        yield "another label"
    if is_acronym(name):
        yield "acronym"
    words = len(name_key(name).split())
    if words == 1:
        yield "one word"
    elif words > 2:
        yield "three words"
    title = concept.elsewhere
    if "(" in title and "(" not in concept.label:
        yield "sense told elsewhere"
    elif concept.elsewhere and concept.label == bare(concept.label) and not concept.others:
        yield "page of the name"
    if found.rivals:
        yield "rivals"


def _of_place(asked: Asked, found: Found) -> Iterator[str]:
    yield asked.type
    if found.concept.scheme == "acm":
        yield "ACM"
    if {label_key(name) for name in asked.broader} & {label_key(label) for label in found.above}:
        yield "context"
    if found.above & _LEARNING:
        yield "area of learning"
    elif asked.type in ("Method", "Task") and found.above & _SYSTEMS:
        yield "area of systems"
    if _THEORY in found.above:
        yield "area of theory"
    if asked.type == "Dataset" and not _is_data(found.concept.label):
        yield "no data"


def best_name(found: Found) -> str:
    """The entity's name that fits a concept best: its preferred one unless only another equals the whole label."""
    label = label_key(found.concept.label)
    return min(found.names, key=lambda name: (label_key(name) != label, found.names.index(name)))


def is_acronym(name: str) -> bool:
    """Whether a name is one short word with two capitals or digits at least.

    >>> is_acronym("BLEU"), is_acronym("M2"), is_acronym("Bleu"), is_acronym("convolution")
    (True, True, False, False)
    """
    return len(name) <= 6 and " " not in name and len(re.findall(r"[A-Z\d]", name)) >= 2


def spells_out(short: str, long: str) -> bool:
    """Whether a name is what another one stands for.

    >>> spells_out("GPU", "graphics processing unit"), spells_out("GPU", "graphics card")
    (True, False)
    """
    return is_acronym(short) and " " in long and best_long_form(short, long) == long


def too_short(found: Found) -> bool:
    """Whether nothing but a short acronym speaks for a concept."""
    return all(is_acronym(name) and len(label_key(name)) <= SHORT for name in found.names)


def _is_data(label: str) -> bool:
    """Whether a label can be that of a data set: it says so, or is a name of its own ("WordNet", "Caltech 101")."""
    return name_key(label).rpartition(" ")[2] in _DATA or bool(re.search(r"[A-Z\d]", bare(label)[1:]))


def probability(evidence: AbstractSet[str], weights: Mapping[str, float]) -> float:
    """Probability by the weights of what speaks for it and against it.

    >>> probability({"one word"}, {"": 2.0, "one word": -2.0, "acronym": -1.0})
    0.5
    """
    # sorted, as the order of a sum of floats shows in its last digits
    odds = weights.get("", 0.0) + sum(weights.get(name, 0.0) for name in sorted(evidence))
    return 1 / (1 + math.exp(-odds))


@dataclass(frozen=True, slots=True)
class Weights:
    """What was fitted.

    Attributes
    ----------
    exact, right : dict of str to float
        Weights of each kind of evidence that the two are the same, and that they are the same or
        close; "" is the intercept.
    exact_from : dict of str to float
        Probability from which a link is `skos:exactMatch`, for each vocabulary: their concepts are cut differently.
    right_from : float
        Probability from which it is `skos:closeMatch`.
    elsewhere : float
        Share of the identifiers that a vocabulary gives for a concept which are right for an entity that is it.
    """

    exact: Mapping[str, float]
    right: Mapping[str, float]
    exact_from: Mapping[str, float]
    right_from: float
    elsewhere: float


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """Weights as they are in ``weights.json``."""
    table: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return Weights(
        exact=table["exact"],
        right=table["right"],
        exact_from=table["exact from"],
        right_from=float(table["right from"]),
        elsewhere=float(table["elsewhere"]),
    )


def names_first(asked: Asked) -> Sequence[str]:
    """All names of an entity, the preferred one first, each once."""
    return tuple(dict.fromkeys((asked.name, *asked.aliases)))
