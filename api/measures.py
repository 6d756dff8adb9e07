"""What names of metrics and units tell: whether less is better, and which dimension a figure measures."""

from __future__ import annotations

import re
from typing import Final

from api.vocabulary import Dimension, FigureOrder

__all__ = ["best_order", "dimension_of", "lowest_is_best", "order_of_unit"]


def _any_of(*words: str) -> re.Pattern[str]:
    """Pattern of any of these words, whatever the letter case; each may be a pattern itself."""
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


_SCORES: Final = _any_of(
    "accurac(?:y|ies)", "precision", "recall", "f-?1", "f-?scores?", "f-?measure", r"top-?\d+", r"m?ap(?:@?[\d.:]+)?",
    "m?iou", "intersection over union", "dice", "auc", "au-?roc", "auprc", "bleu", r"rouge(?:-[l\d])?", "meteor",
    "cider", "exact match", "em", r"pass@\d+", r"p@\d+", r"(?:hits|r|recall|precision)@\d+", "sensitivity",
    "specificity", "correlation", "(?:success|detection|recognition|hit) rates?", "ssim", "psnr", "mrr", "ndcg",
)  # fmt: skip
_MORE_IS_BETTER: Final = _any_of(
    r"efficien\w+", "area under", "per (?:watt|joule)", "savings?", "reductions?", "speed-?ups?", "improvements?",
    "gains?", "bandwidth", "throughput", r"utili[sz]ation",
    r"(?:comput|process|explanat|predict|discriminat|express)\w+ power", "(?:statistical|representational) power",
)  # fmt: skip
_LESS_IS_BETTER: Final = _any_of(
    "errors?", "loss(?:es)?", "perplexit(?:y|ies)", "ppl", "latenc(?:y|ies)", "delays?", "jitter", "times?",
    "runtimes?", "durations?", "energ(?:y|ies)", "power", "consumption", "costs?", "overheads?", "footprints?",
    "memory", "storage", "sizes?", "areas?", "parameters?", "params", "flops?", "macs?", "complexity", "divergence",
    "distortion", "deviations?", "drift", "drops?", "degradation", "misclassifications?",
    r"(?:miss|failure|false \w+)(?: rates?)?", "(?:edit|hausdorff|chamfer|levenshtein) distance",
    "log[- ]likelihood", r"bits per \w+", "bp[cd]",
    "nll", "brier", "wer", "cer", "ter", "eer", "ber", "hter", "ece", "fpr", "fnr", "far", "frr", "mae",
    "n?r?mse", "n?rmsd", "s?mape", "epe", "aee", "ade", "fde", "fid", "kid", "fvd", "lpips",
)  # fmt: skip

#: Units as `kg:standardUnit` has them.
_OF_UNIT: Final = {
    Dimension.EFFICIENCY: re.compile(r".+/[JW]"),
    Dimension.THROUGHPUT: re.compile(r"fps|TEPS|(?!(?:m|kg|deg|degC|N|V|Hz)/s).+/s"),
    Dimension.LATENCY: re.compile(r"s(?:/[^/]+)?"),
    Dimension.ENERGY: re.compile(r"J(?:/(?!m|kg)[^/]+)?"),
    Dimension.POWER: re.compile(r"W"),
    Dimension.FREQUENCY: re.compile(r"Hz"),
    Dimension.MEMORY: re.compile(r"B"),
    Dimension.ACCURACY: re.compile(r"BLEU|m?AP|mIoU|ROUGE.*"),
}
_OF_NAME: Final = {
    Dimension.EFFICIENCY: _any_of(r"(?:energy|power)[- ]efficien\w+", "per (?:watt|joule)"),
    Dimension.THROUGHPUT: _any_of(
        "throughput", "bandwidth", r"\w*speed", "(?:frame|event|data) rate", "per second", "fps"
    ),
    Dimension.LATENCY: _any_of("latenc(?:y|ies)", "delays?", "times?", "runtimes?"),
    Dimension.ENERGY: _any_of("energy"),
    Dimension.POWER: _any_of("power"),
    Dimension.FREQUENCY: _any_of("frequency", "clock"),
    Dimension.MEMORY: _any_of("memory", "footprint", "storage", "model size"),
}
_LOWEST: Final = (Dimension.LATENCY, Dimension.ENERGY, Dimension.POWER, Dimension.MEMORY)


def lowest_is_best(metric: str) -> bool:
    """Whether less of a metric is better, as its name tells: errors, losses, time, energy, size.

    Where a name speaks of both, what comes last is what is measured: an accuracy loss is a loss.

    >>> [lowest_is_best(name) for name in ("word error rate", "RMSE", "inference latency", "power budget")]
    [True, True, True, True]
    >>> [lowest_is_best(name) for name in ("accuracy loss", "top-1 error", "false positive rate", "model size")]
    [True, True, True, True]
    >>> [lowest_is_best(name) for name in ("accuracy", "mAP", "energy efficiency", "error reduction", "")]
    [False, False, False, False, False]
    """
    less = [found.end() for found in _LESS_IS_BETTER.finditer(metric)]
    score = [found.end() for found in _SCORES.finditer(metric)]
    return bool(less) and not _MORE_IS_BETTER.search(metric) and less[-1] > max(score, default=0)


def best_order(dimension: Dimension | None) -> FigureOrder:
    """Order that puts what is best in a dimension first."""
    return FigureOrder.LOWEST if dimension in _LOWEST else FigureOrder.HIGHEST


def order_of_unit(unit: str) -> FigureOrder:
    """Order that puts the best figure of a standard unit first, as far as the unit tells.

    >>> order_of_unit("s").name, order_of_unit("op/s").name, order_of_unit("%").name
    ('LOWEST', 'HIGHEST', 'HIGHEST')
    """
    return best_order(dimension_of(unit, "", change=False))


def dimension_of(unit: str, metric: str, *, change: bool) -> Dimension | None:
    """What a figure measures: told by its standard unit, of scores and changes by its metric's name.

    >>> dimension_of("fps", "", change=False).name, dimension_of("x", "energy efficiency", change=True).name
    ('THROUGHPUT', 'EFFICIENCY')
    >>> dimension_of("%", "accuracy", change=False).name, dimension_of("m/s", "speed", change=False)
    ('ACCURACY', None)
    """
    for dimension, units in _OF_UNIT.items():
        named = _OF_NAME.get(dimension)
        if units.fullmatch(unit) or (change and named and named.search(metric)):
            return dimension
    return Dimension.ACCURACY if _SCORES.search(metric) and not lowest_is_best(metric) else None
