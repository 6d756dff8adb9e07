"""When two names are the same name: keys that fold case, number, hyphens, spelling and markup."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from kg.model import EntityType


def words_of(text: str) -> frozenset[str]:
    """Return the words of a list written as one string."""
    return frozenset(text.split())


_GREEK: Final = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
    "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
#: Words that lead a phrase without being part of the name.
_LEADING: Final = words_of(
    "a an the our their its this that these those such some any each other various several different many multiple"
    " novel new proposed existing current recent popular common"
    " state-of-the-art sota well-known widely-used well-established our own first"
    " simple powerful efficient effective"
)
# The same where hyphens have become spaces.
_LED: Final = re.compile(r"(?:(?:state of the art|well known|widely used|well established) )+(?=\S)")
#: Beginnings in which such a word is part of the name.
_WHOLE: Final = frozenset(
    f"{first} {second}"
    for first, seconds in {
        "common": "voice crawl spatial objects sense mode criteria",
        "multiple": "instance object objects target targets choice sclerosis kernel regression access input description"
        " shooting view hypothesis testing imputation correspondence sequence myeloma linear",
        "new": "york yorker keypoint",
        "first": "order person passage principles fit come",
        "current": "consumption source sensor mirror collapse steering density mode transformer controller control",
        "effective": "squeeze number field resolution medium dimension sample theory connectivity",
        "many": "core cores shot body objective to",
        "efficient": "frontier market zero",
        "simple": "recurrent",
        "novel": "class category view object",
    }.items()
    for second in seconds.split()
)
#: Last words that add nothing to a name of a type, where the rest is a name of that type by itself.
GENERIC_HEADS: Final[dict[EntityType, frozenset[str]]] = {
    "Method": words_of(
        "model method approach algorithm technique framework architecture network system scheme strategy mechanism"
        " library toolkit tool package classifier optimizer function"
    ),
    "Task": words_of("task problem application"),
    "Dataset": words_of("dataset corpus benchmark database collection challenge set suite data"),
    "Hardware": words_of("device board platform chip hardware system unit module"),
    "Metric": words_of("metric score measure value rate"),
}
#: Keys that name nothing by themselves.
_GENERIC: Final = words_of(
    "model method approach algorithm technique framework architecture network system scheme strategy mechanism module"
    " layer library tool solution pipeline procedure process methodology baseline baseline model baseline method"
    " task problem application challenge issue dataset data corpus benchmark database collection experiment evaluation"
    " performance result metric score measure value rate improvement quality device hardware platform learning"
    " deep learning based solution learning based method learning based approach deep model proposed method"
    " state of the art method state of the art model sota method domain field study paper work survey review analysis"
    " feature representation function parameter loss input output image video text code training test"
) | frozenset(
    {
        "state of the art method",
        "state of the art model",
        "state of the art approach",
        "deep learning based solution",
        "deep learning based method",
        "deep learning based approach",
        "learning based method",
        "learning based approach",
        "baseline method",
        "baseline model",
        "real world data",
        "synthetic data",
        "public dataset",
        "benchmark dataset",
        "real world dataset",
        "machine learning model",
        "deep learning model",
        # what is left of a phrase whose noun was lost
        *words_of(
            "neural convolutional recurrent mobile commercial proactive electronic custom generative adversarial"
        ),
        *words_of(
            "unsupervised supervised self-supervised automatic deep fixed sized pretrained fine tuned real world"
        ),
    }
)
# Words in -el and the like whose l is doubled in British spelling; others ("filling", "controller") keep it.
_ONE_L: Final = (
    "label model travel cancel channel level tunnel panel fuel counsel chisel bevel quarrel signal total dial equal"
    " marshal initial rival spiral pencil"
)
_SPELLINGS: Final = (
    (re.compile(r"(?<!w)is(ation|ed|ing|er|e)$"), r"iz\1"),
    (re.compile(r"yse(d|r)?$"), r"yze\1"),
    (re.compile(r"([bcdfghiklmnprtv])our$"), r"\1or"),
    (re.compile(rf"({'|'.join(_ONE_L.split())})l(ed|ing|er)$"), r"\1\2"),
)
_BRITISH: Final = {"centre": "center", "fibre": "fiber", "grey": "gray", "greyscale": "grayscale"}
# Words that end like a British spelling and are none.
_SPELLED_SO: Final = words_of(
    "noise raise rise precise concise exercise expertise premise promise enterprise franchise surprise"
    " advise advised revise revised revising devise devised improvise improvised supervise supervised unsupervised"
    " supervising supervisor comprise comprised comprising compromise compromised promised promising surprising"
    " exercised exerciser raised noised denoise denoised denoising denoiser noising raising rising arising biased"
    " unbiased debiased contour detour cruise cruising cruiser bruise bruised disguise disguised paradise merchandise"
    " poised appraise appraised praise praised appraiser anise demise treatise"
)


_STAR: Final = re.compile(r"\$?\^\s*\{?\s*(?:\*|\\ast\b|\\star\b)\s*\}?\$?")
_CAPITALS: Final = re.compile(r"\b[A-Z][A-Z0-9]{1,4}S\W*$")


@lru_cache(maxsize=200_000)
def name_key(text: str) -> str:
    """Key that two spellings of one name share: words, lower case, singular.

    >>> name_key("Convolutional Neural Networks") == name_key("the convolutional neural network")
    True
    >>> name_key("Naïve Bayes"), name_key("RRT$^*$"), name_key("speed-ups")
    ('naive bayes', 'rrt*', 'speed up')
    >>> name_key("PNAS"), name_key("GANs")
    ('pnas', 'gan')
    >>> name_key("RRT*"), name_key("*new* sensors")
    ('rrt*', 'sensor')
    >>> name_key("Common Voice"), name_key("multiple sensors")
    ('common voice', 'sensor')
    >>> name_key("multi-modal labelling"), name_key("CNNs"), name_key("$\\\\alpha$-divergence")
    ('multi modal labeling', 'cnn', 'alpha divergence')
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = _STAR.sub("*", _plain_letters(plain))
    plain = re.sub(r"\\(?:text|math)?(?:bf|it|rm|tt|sc|cal|bb)\b|[${}\\]", " ", plain)
    plain = "".join(_GREEK.get(c, c) for c in plain.casefold())
    plain = re.sub(r"['’`´]s\b", "", plain)
    # a star behind a name is part of it ("RRT*"), others are markup
    plain = re.sub(r"\*+(\w[^*]*)\*+|(?<!\w)\*|\*(?=[\w*])", r" \1 ", plain)
    plain = re.sub(r"[^\w+#.%/*]+", " ", plain.replace("_", " "))
    plain = re.sub(r"(?<!\d)\.|\.(?!\d)|/", " ", plain)
    words = _led(plain.split())
    if words:
        # a small s behind capitals is a plural ("GANs"), a capital one is part of the name ("PNAS")
        if words[-1] in _IRREGULAR or not _CAPITALS.search(text):
            words[-1] = singular(words[-1])
        if "of" in words[1:-1]:
            head = words.index("of", 1) - 1
            words[head] = singular(words[head])
    # the singular first: "colours" is spelled like "colour"
    return " ".join(_spelled(word) for word in words)


def _plain_letters(text: str) -> str:
    """Return a text without the accents of Latin letters: "Naïve" and "Naive" are one word."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", re.sub(r"(?<=[A-Za-z])[\u0300-\u036f]+", "", apart))


def _led(words: list[str]) -> list[str]:
    """Return the words without those that lead a phrase without being part of the name."""
    while len(words) > 1:
        phrase = _LED.match(" ".join(words))
        if phrase:
            words = words[len(phrase[0].split()) :]
        elif words[0] in _LEADING and " ".join(words[:2]) not in _WHOLE:
            words = words[1:]
        else:
            break
    return words


def _spelled(word: str) -> str:
    if word in _BRITISH:
        return _BRITISH[word]
    if word not in _SPELLED_SO and len(word) > 5:
        for pattern, written in _SPELLINGS:
            word = pattern.sub(written, word)
    return word


_SAME_PLURAL: Final = words_of(
    "series species always gas bias alias atlas canvas lens news chaos kudos"
    " bayes kubernetes postgres keras pandas stokes hermes sms aws gps dvs davis atis ios dos nas rss hans texas celeba"
    " kaggle"
)
_IRREGULAR: Final = {
    "corpora": "corpus",
    "analyses": "analysis",
    "crises": "crisis",
    "emphases": "emphasis",
    "prostheses": "prosthesis",
    "theses": "thesis",
    "hypotheses": "hypothesis",
    "diagnoses": "diagnosis",
    "syntheses": "synthesis",
    "matrices": "matrix",
    "vertices": "vertex",
    "indices": "index",
    "axes": "axis",
    "data": "data",
    "criteria": "criterion",
    "phenomena": "phenomenon",
    "lenses": "lens",
    "viruses": "virus",
    "buses": "bus",
    "aliases": "alias",
    "atlases": "atlas",
    "biases": "bias",
    "bonuses": "bonus",
    "canvases": "canvas",
    "focuses": "focus",
    "gases": "gas",
    "statuses": "status",
    "losses": "loss",
    "lives": "life",
    "caches": "cache",
    "gpus": "gpu",
    "cpus": "cpu",
    "tpus": "tpu",
    "npus": "npu",
    "ipus": "ipu",
    "mcus": "mcu",
    "imus": "imu",
    "ups": "up",
}


def singular(word: str) -> str:
    """Singular of the last word of a key.

    >>> [singular(w) for w in ("networks", "analyses", "caches", "series", "bus", "boxes", "studies", "gpus")]
    ['network', 'analysis', 'cache', 'series', 'bus', 'box', 'study', 'gpu']
    >>> [singular(w) for w in ("responses", "databases", "processes", "noises")]
    ['response', 'database', 'process', 'noise']
    """
    one = _IRREGULAR.get(word) or _singular(word)
    return _IRREGULAR.get(one, one)


def _singular(word: str) -> str:
    if word in _SAME_PLURAL or len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ics")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "zzes", "ches", "shes")) else word[:-1]


def bare(type_: EntityType, key: str) -> str | None:
    """Key without a last word that adds nothing, its new last word singular; None where it has no such word.

    >>> bare("Dataset", "cityscape data set"), bare("Dataset", "cityscapes dataset"), bare("Method", "bert")
    ('cityscape', 'cityscape', None)
    """
    words = key.split()
    if type_ == "Dataset" and len(words) > 2 and words[-2:] == ["data", "set"]:
        words = words[:-2]
    elif len(words) > 1 and words[-1] in GENERIC_HEADS[type_]:
        words = words[:-1]
    else:
        return None
    return " ".join([*words[:-1], singular(words[-1])])


def squeezed(key: str) -> str:
    """Key without spaces: "multi task" and "multitask" are one.

    >>> squeezed("multi task learning")
    'multitasklearning'
    """
    return key.replace(" ", "")


def is_generic(key: str) -> bool:
    """Whether a key names nothing by itself ("model", "proposed method").

    >>> is_generic("model"), is_generic("language model")
    (True, False)
    """
    return not key or key in _GENERIC or not re.search(r"[^\W\d_]", key) or len(key) < 2


def display(surface: str) -> str:
    """Surface as a name: white space folded, a leading determiner dropped, its head singular.

    >>> display("The  Convolutional Neural Networks"), display("the Internet of Things")
    ('Convolutional Neural Network', 'Internet of Things')
    """
    words = surface.split()
    while len(words) > 1 and words[0].lower() in _LEADING and " ".join(words[:2]).lower() not in _WHOLE:
        words = words[1:]
    # "mixtures of experts" is one mixture of many experts
    head = words.index("of", 1) - 1 if "of" in words[1:-1] else len(words) - 1
    if words:
        words[head] = _one(words[head])
    return " ".join(words)


def _one(word: str) -> str:
    lower = word.lower()
    # "PNAS", "GPT2-S" and "TFLOP/s" are no plurals
    if re.search(r"[-/]s$", lower) or (_CAPITALS.fullmatch(word) and lower not in _IRREGULAR):
        return word
    one = singular(lower)
    if lower == one:
        return word
    if lower.startswith(one):
        return word[: len(one)]
    return one.upper() if word.isupper() else one.capitalize() if word[0].isupper() else one
