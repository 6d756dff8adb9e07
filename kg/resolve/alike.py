"""Names whose keys differ and that may be one thing: which pairs to look at, and how sure that is.

Two keys are looked at together when they are equal once word order ("classification of images"),
plurals inside ("images classification"), articles, and a maker's name ("NVIDIA Jetson Nano")
are set aside, or when one is a misspelling of the other. How often such names are one thing was
counted on the curated taxonomies (`kg.training.alike`) and lies in ``alike.json``. So many
words in common say too little otherwise: "object detection" and "3D object detection" are two tasks.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from kg.model import EntityType
from kg.resolve.names import singular, squeezed, words_of

TABLE: Final = Path(__file__).with_name("alike.json")
#: Two names are one thing from this probability on: merging two things does more harm than showing one twice.
THRESHOLD: Final = 0.9
#: A misspelling is at least so many times rarer than what it misspells, and stands in a word of so many letters.
RARER: Final = 5
LONG_WORD: Final = 8

_SMALL: Final = words_of("of for the and a an in on with to from by via using")
#: What makes no difference inside a name; others do ("room to room", "room for room").
_ARTICLES: Final = frozenset(("the", "a", "an", "of"))
#: "Meta" and "ARM" are more than makers ("meta learning").
_MAKERS: Final = words_of(
    "nvidia intel amd google xilinx altera qualcomm ibm microsoft amazon aws huawei samsung sony velodyne ouster hesai"
    " livox bosch broadcom nordic espressif nxp infineon renesas lattice graphcore cerebras groq openai deepmind"
    " baidu alibaba tencent"
)
#: Last words of classes, which a maker's name makes narrower: "Intel FPGA" is not any FPGA, "Intel Loihi" is Loihi.
_CLASSES: Final = words_of(
    "gpu cpu npu fpga soc asic mcu processor microprocessor coprocessor core chip chipset silicon platform device board"
    " server cluster cloud system unit module accelerator controller microcontroller memory architecture lidar camera"
    " sensor robot phone smartphone tablet laptop watch smartwatch drone headset simulator engine model agent tool api"
    " compiler library framework family series product hardware"
)


def turned(key: str) -> str:
    """Key with what stands behind its one "of" put before it.

    >>> turned("classification of medical image"), turned("internet of thing"), turned("state of the art of it")
    ('medical image classification', 'thing internet', 'state of the art of it')
    """
    words = key.split()
    if words.count("of") != 1:
        return key
    place = words.index("of")
    head, tail = words[:place], words[place + 1 :]
    if not head or not tail or len(head) > 3 or len(tail) > 4 or _SMALL & {*head, *tail[1:]}:
        return key
    tail = tail[1:] if tail[0] in _SMALL and len(tail) > 1 else tail
    return " ".join([*tail[:-1], singular(tail[-1]), *head])


def folded(type_: EntityType, key: str) -> str:
    """Form that keys share which differ by word order, plurals inside, articles or a maker's name alone.

    >>> folded("Task", "classification of the images"), folded("Task", "images classification")
    ('imageclassification', 'imageclassification')
    >>> folded("Hardware", "nvidia jetson nano"), folded("Hardware", "nvidia gpu")
    ('jetsonnano', 'nvidiagpu')
    """
    words = _bare(turned(key).split())
    if type_ in ("Hardware", "Method") and len(words) > 1 and words[0] in _MAKERS and words[-1] not in _CLASSES:
        words = words[1:]
    return "".join(singular(word) if word.isalpha() else word for word in words) or squeezed(key)


def _bare(words: list[str]) -> list[str]:
    """Return words without the articles inside; at either end they may be letters of the name ("Verilog-A")."""
    return [word for place, word in enumerate(words) if word not in _ARTICLES or place in (0, len(words) - 1)]


def kind(type_: EntityType, first: str, second: str) -> str | None:
    """Class of how two keys differ, None where they are no candidates; the order of the keys does not matter.

    >>> kind("Task", "classification of image", "image classification"), kind("Hardware", "intel loihi", "loihi")
    ('order', 'maker')
    >>> kind("Method", "convolutional network", "convolutionnal network"), kind("Method", "lstm", "lstd")
    ('misspelt', None)
    """
    if folded(type_, first) == folded(type_, second):
        if squeezed(turned(first)) == squeezed(turned(second)):
            return "order"
        bare = [_bare(turned(key).split()) for key in (first, second)]
        if bare[0] == bare[1]:
            return "articles"
        return "maker" if len(bare[0]) != len(bare[1]) else "inner plural"
    return "misspelt" if _misspelt(first, second) else None


def _misspelt(first: str, second: str) -> bool:
    """Whether one word of two keys differs, a long one, by one letter (or two swapped ones) inside."""
    one, other = first.split(), second.split()
    if len(one) != len(other):
        return False
    unequal = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if len(unequal) != 1:
        return False
    a, b = sorted(unequal[0], key=len)
    # the ends tell words apart: "microscope" and "microscopy", "symmetric" and "asymmetric"
    if len(a) < LONG_WORD or not (a + b).isalpha() or a[0] != b[0] or a[-2:] != b[-2:] or len(b) - len(a) > 1:
        return False
    same = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) == len(b):
        swapped = a[same : same + 2] == b[same : same + 2][::-1] and a[same + 2 :] == b[same + 2 :]
        return swapped or a[same + 1 :] == b[same + 1 :]
    return a[same:] == b[same + 1 :]


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[int, int]]:
    counts = json.loads(TABLE.read_text(encoding="utf-8"))["kinds"]
    return {name: (int(row[0]), int(row[1])) for name, row in counts.items()}


def probability(type_: EntityType, first: str, second: str) -> float:
    """Probability, two decimals, that two keys of a type are one thing; 0 where they are no candidates.

    >>> probability("Task", "object detection", "3d object detection")
    0.0
    """
    name = kind(type_, first, second)
    if name is None:
        return 0.0
    same, other = _table().get(name, (0, 0))
    return round((same + 1) / (same + other + 2), 2)


def candidates(type_: EntityType, counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Yield pairs of keys to look at, each once, sorted; the second is the likelier name.

    Near linear in the keys: by blocks of one form, and rare keys by what they are but for a letter.

    Parameters
    ----------
    type_ : EntityType
    counts : dict of str to int
        In how many papers each key stands.
    """
    found: set[tuple[str, str]] = set()
    blocks: dict[str, list[str]] = defaultdict(list)
    for key in counts:
        blocks[folded(type_, key)].append(key)
    for members in blocks.values():
        best = min(members, key=lambda key: (-counts[key], len(key), key))
        found.update((key, best) for key in members if key != best)
    often = {key for key, count in counts.items() if count >= RARER}
    by_slip: dict[str, list[str]] = defaultdict(list)
    for key in often:
        for slip in _slips(key):
            by_slip[slip].append(key)
    most = max(counts.values(), default=0)
    used = Counter(word for key in counts for word in set(key.split()))
    for key, count in counts.items():
        near = {other for slip in _slips(key) for other in by_slip.get(slip, ())} if RARER * count <= most else set()
        right = [
            other
            for other in near
            if counts[other] >= RARER * count
            and _misspelt(key, other)
            # a word that stands in other names too is no slip: "attitude control", "altitude control"
            and all(used[word] <= 2 for word in set(key.split()) - set(other.split()))
        ]
        if right:
            found.add((key, min(right, key=lambda other: (-counts[other], other))))
    yield from sorted(found)


def _slips(key: str) -> Iterable[str]:
    """Yield the key, and the key without each letter of its long words but their first: slips of a letter share one."""
    yield key
    place = 0
    for word in key.split():
        if len(word) >= LONG_WORD and word.isalpha():
            for at in range(place + 1, place + len(word)):
                yield key[:at] + key[at + 1 :]
        place += len(word) + 1
