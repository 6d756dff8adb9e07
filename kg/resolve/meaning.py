"""Pairs of names of a type that are near by what they mean, by vectors that an encoder made of them.

A name is paired with the nearest name of another entity, unless something tells that they are two: other numbers or
versions, opposites, or one that only says more than the other. Up to `EXACT` names each is compared with each, in
blocks; beyond, only names are that fall into one leaf of one of `TREES` trees, which cut them in half by their
vectors until `LEAF` or fewer are left, so that the time stays near linear. How often such names are one thing was
fitted on the taxonomies and corrected by pairs of real names, judged one by one (``meaning.json``, made by
`kg.training.meaning`): the taxonomies alone say 71 of 100 where 40 are.

Nothing is merged by it, however sure it is: a build makes the same bytes with and without the encoder. People decide,
in `kg review`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kg.model import EntityType
from kg.resolve.names import GENERIC_HEADS, singular, words_of

TABLE: Final = Path(__file__).with_name("meaning.json")
#: Cosine from which names are near.
LEAST: Final = 0.8
#: How many near names of each are looked at, the nearest first, until one may be the same.
MOST: Final = 4
#: Names of which each is compared with each.
EXACT: Final = 30_000
TREES: Final = 10
LEAF: Final = 1_000
#: Rows that are compared at once.
_BLOCK: Final = 512
#: Letters from which a single word is no short form, of which letters say nothing.
_WORD: Final = 7

#: Words of which a name has one or another, in groups: within one they are apart, those with a stroke between are not.
_APART: Final = """
static dynamic; on off; true false; positive negative; high low; upper lower; min/minimum/minimize
max/maximum/maximize; local global; left right; forward backward/inverse/reverse; online offline; single multi/multiple
dual/double; linear nonlinear; convex nonconvex concave; discrete continuous; symmetric asymmetric; synchronous
asynchronous; supervised unsupervised semisupervised selfsupervised; semi self un weakly fully; constrained
unconstrained; structured unstructured; homogeneous heterogeneous; parametric nonparametric; deterministic
stochastic/probabilistic; explicit implicit; active passive; hard soft; rigid soft; dense sparse; shallow deep;
small/tiny/mini medium large/big huge; short long; slow fast; strong weak; wired wireless; public private; indoor
outdoor; internal external; input output; read write; encoder decoder; encoding decoding; encode decode; compression
decompression; encryption decryption; source target; row column; horizontal vertical lateral; day night; male female;
black white gray; best worst; top bottom; near far; early late; centralized decentralized/distributed; lossy lossless;
balanced unbalanced/imbalanced; known unknown; seen unseen; real synthetic/simulated/artificial; labeled unlabeled;
paired unpaired; open closed; direct indirect; absolute relative; monocular stereo/binocular multiview; intra inter;
inductive transductive; generative discriminative; front back/rear; prefix suffix; zero few many full;
text/textual/document image/visual video audio/speech/acoustic music; energy power; latency/delay throughput bandwidth
speed memory accuracy; precision recall; sensitivity specificity; serial/sequential parallel; digital analog/analogue;
spatial temporal; syntactic semantic; extractive abstractive; attack defense/defence; classification/recognition
segmentation tracking generation/synthesis reconstruction editing retrieval/search; mean/average median total/sum peak
variance; homomorphic symmetric; offensive hate; aerial underwater terrestrial/ground space; humanoid
quadruped/quadrupedal wheeled aerial; client server; worker master slave; virtual augmented mixed; english
chinese/mandarin german french spanish arabic hindi japanese korean russian italian portuguese turkish dutch persian
vietnamese; brain lung/pulmonary liver/hepatic breast heart/cardiac kidney/renal skin prostate retinal; cpu gpu tpu
npu fpga asic mcu/microcontroller; knee ankle hip wrist elbow shoulder; hand foot/leg arm finger; lidar radar camera
sonar; bluetooth wifi zigbee lora; red green blue; north south east west; spring summer autumn winter
"""
#: Words, and beginnings of words, that turn a name round.
_NEGATIONS: Final = words_of("non not no un without anti free less against never")
_TURNS: Final = words_of("non un in im ir dis de anti a semi self pre post sub super re")
_NUMBERS: Final = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7",
    "viii": "8", "ix": "9",
}  # fmt: skip
#: What makes a product or model of a line of them.
_VARIANTS: Final = words_of("nano lite xl xxl pro plus max ultra turbo nx tx gx agx super ti se instruct chat")
_SMALL: Final = words_of("of for the and a an in on with to from by via using based")
#: Letters that words of one stem share.
_STEM: Final = 5

Vectors = NDArray[np.float32]
Owners = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Meant:
    """Two keys of a type that are near by meaning.

    Attributes
    ----------
    first, second : str
        By the alphabet.
    cosine : float
        Of their vectors, `LEAST` to 1, three decimals.
    margin : float
        How much nearer they are than either is to the next thing (to `LEAST`, where there is none), 0 to 1, three
        decimals.
    both : bool
        Each is the nearest to the other.
    """

    first: str
    second: str
    cosine: float
    margin: float
    both: bool


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest names of other owners, each name's together and the nearest first.

    Attributes
    ----------
    names, near : int array
        Numbers of a name and of one near it.
    cosines : float array
    """

    names: NDArray[np.int64]
    near: NDArray[np.int64]
    cosines: Vectors


def telling(key: str) -> bool:
    """Whether a key has words whose meaning tells; short forms have none.

    >>> telling("cnn"), telling("transformer"), telling("graph net")
    (False, True, True)
    """
    return len(key) >= _WORD if " " not in key else bool(re.search(r"[^\W\d_]{3}", key))


def meant(
    type_: EntityType,
    keys: Sequence[str],
    vectors: Vectors,
    owners: Sequence[int],
    *,
    passed: Callable[[str, str], bool] = lambda one, other: False,
    exact: int = EXACT,
) -> list[Meant]:
    """Pairs of a key and the nearest one of another owner that may be the same, each pair once, sorted.

    Parameters
    ----------
    type_ : EntityType
    keys : sequence of str
        Each once, sorted.
    vectors : float array (keys, width)
        Of length 1.
    owners : sequence of int
        What each key is a name of.
    passed : callable
        Whether two keys are not to be paired.
    exact : int
        Up to so many, keys are compared each with each.
    """
    near = nearest(vectors, np.asarray(owners, np.int64), exact=exact)
    best: dict[int, tuple[int, float]] = {}
    following: dict[int, float] = {}
    for one, other, cosine in zip(near.names.tolist(), near.near.tolist(), near.cosines.tolist(), strict=True):
        if one in following or two(type_, keys[one], keys[other]) or passed(keys[one], keys[other]):
            continue
        if one not in best:
            best[one] = other, cosine
        elif owners[other] != owners[best[one][0]]:
            following[one] = cosine
    found = []
    for one, (other, cosine) in best.items():
        both = other in best and best[other][0] == one
        if not (both and other < one):
            rest = max(following.get(one, LEAST), following.get(other, LEAST) if both else LEAST)
            first, second = sorted((keys[one], keys[other]))
            found.append(Meant(first, second, round(cosine, 3), round(max(0.0, cosine - rest), 3), both))
    return sorted(found, key=lambda pair: (pair.first, pair.second))


def probability(type_: EntityType, pair: Meant) -> float:
    """Probability that two keys of a type that are near by meaning are one thing, 0 to 1, two decimals.

    >>> sure, unsure = Meant("graph net", "net", 0.95, 0.1, True), Meant("graph net", "net", 0.82, 0.0, False)
    >>> probability("Task", sure) > 2 * probability("Task", unsure)
    True
    """
    table = _table()
    closed = sum(table["weights"].get(name, 0.0) * worth for name, worth in evidence(type_, pair).items())
    return round(1 / (1 + math.exp(-table["scale"] * closed - table["shift"][type_])), 2)


def evidence(type_: EntityType, pair: Meant) -> dict[str, float]:
    """What of a pair its probability is reckoned from, each about 0 to 1.

    >>> evidence("Task", Meant("bias mitigation", "mitigating bias", 0.9, 0.02, True))
    {'': 1.0, 'Task': 1.0, 'cosine': 0.5, 'margin': 0.1, 'both': 1.0, 'stems': 1.0}
    """
    one, other = (_stems(type_, _words(key)) for key in (pair.first, pair.second))
    return {
        "": 1.0,
        type_: 1.0,
        "cosine": round(5 * (pair.cosine - LEAST), 4),
        "margin": round(5 * pair.margin, 4),
        "both": float(pair.both),
        "stems": float(one == other),
    }


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def two(type_: EntityType, first: str, second: str) -> str | None:
    """Why two keys of a type cannot be one thing, by their words; None where nothing says so.

    >>> two("Method", "qwen 7b", "qwen 72b"), two("Task", "text to speech", "speech to text")
    ('other numbers', 'the same words')
    >>> two("Task", "fast corner detector", "corner detection"), two("Method", "static pruning", "dynamic pruning")
    ('one says more', 'opposites')
    """
    one, other = _words(first), _words(second)
    if _versions(one) != _versions(other):
        return "other numbers"
    if sorted(one) == sorted(other):
        return "the same words"
    mine, theirs = set(one), set(other)
    if mine <= theirs or theirs <= mine:
        return "one says more"
    only, rest = mine - theirs, theirs - mine
    if _negations(one) != _negations(other) or any(_opposite(a, b) for a in only for b in rest):
        return "opposites"
    told, known = _stems(type_, one), _stems(type_, other)
    return "one says more" if told < known or known < told else None


def _words(key: str) -> list[str]:
    return [singular(word) if word.isalpha() else word for word in key.split()]


def _stems(type_: EntityType, words: Sequence[str]) -> set[str]:
    """Return the beginnings of the words that tell something."""
    return {word[:_STEM] for word in words if word not in _SMALL and word not in GENERIC_HEADS[type_]}


def _versions(words: Sequence[str]) -> list[str]:
    """Return what tells versions apart, in the order of the alphabet: numbers, single letters, names of variants."""
    found: list[str] = []
    for word in words:
        if word in _NUMBERS:
            found.append(_NUMBERS[word])
        elif (len(word) == 1 and word != "a") or word in _VARIANTS:
            found.append(word)
        elif not word.isalpha():
            # "7020", "2.5", "v3s": the number with what stands around it, without a "v" that says what it is
            found.append(word.removeprefix("v"))
    return sorted(found)


def _negations(words: Sequence[str]) -> int:
    return sum(word in _NEGATIONS for word in words) % 2


def _opposite(one: str, other: str) -> bool:
    """Whether of two words one or the other holds.

    >>> _opposite("supervised", "unsupervised"), _opposite("agreement", "disagreement"), _opposite("text", "context")
    (True, True, False)
    """
    if other in _OPPOSITES.get(one, ()):
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= _STEM and any(long == turn + short for turn in _TURNS)


def _opposites() -> dict[str, frozenset[str]]:
    made: dict[str, set[str]] = {}
    for line in _APART.split(";"):
        sides = [side.split("/") for side in line.split()]
        for side in sides:
            for word in side:
                made.setdefault(word, set()).update(*(other for other in sides if other is not side))
    return {word: frozenset(others) for word, others in made.items()}


_OPPOSITES: Final = _opposites()


def nearest(
    vectors: Vectors, owners: Owners, *, least: float = LEAST, exact: int = EXACT, seed: int = 1
) -> Neighbours:
    """Nearest names of other owners of each name, `MOST` at the most, of cosine `least` or more.

    Parameters
    ----------
    vectors : float array (names, width)
        Of length 1.
    owners : int array (names,)
        Names of one owner are no neighbours.
    exact : int
        So many names or fewer are compared each with each.
    seed : int
        Of the trees beyond.

    Examples
    --------
    >>> vectors = np.array([[1, 0], [0.8, 0.6], [0.96, 0.28]], np.float32)
    >>> nearest(vectors, np.array([0, 0, 1])).near.tolist()
    [2, 2, 0, 1]
    """
    count = len(vectors)
    parts = [
        _near(vectors, owners, members[start : start + _BLOCK], members, least)
        for members in ([np.arange(count)] if count <= exact else _leaves(vectors, seed))
        for start in range(0, len(members), _BLOCK)
    ]
    if not parts:
        return Neighbours(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    names, near, cosines = (np.concatenate(each) for each in zip(*parts, strict=True))
    _, once = np.unique(names * count + near, return_index=True)  # two trees may find the same
    return Neighbours(*_first(names[once], near[once], cosines[once]))


def _near(
    vectors: Vectors, owners: Owners, rows: NDArray[np.int64], columns: NDArray[np.int64], least: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], Vectors]:
    cosines = vectors[rows] @ vectors[columns].T
    cosines[owners[rows][:, None] == owners[columns]] = -1
    row, column = np.nonzero(cosines >= least)
    return _first(rows[row], columns[column], cosines[row, column])


def _first(
    names: NDArray[np.int64], near: NDArray[np.int64], cosines: Vectors
) -> tuple[NDArray[np.int64], NDArray[np.int64], Vectors]:
    """Return the `MOST` nearest of each name; of equally near ones the first by number."""
    order = np.lexsort((near, -cosines, names))
    names, near, cosines = names[order], near[order], cosines[order]
    rank = np.arange(len(names)) - np.searchsorted(names, names)
    kept = rank < MOST
    return names[kept], near[kept], cosines[kept]


def _leaves(vectors: Vectors, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield the leaves of trees: names in halves by where they lie between two of them, until few are left."""
    chance = np.random.default_rng(seed)
    for _ in range(TREES):
        ahead = [np.arange(len(vectors))]
        while ahead:
            members = ahead.pop()
            if len(members) <= LEAF:
                yield members
                continue
            one, other = vectors[chance.choice(members, 2, replace=False)]
            order = members[np.argsort(vectors[members] @ (one - other), kind="stable")]
            half = len(members) // 2
            ahead += [np.sort(order[:half]), np.sort(order[half:])]
