"""Settings of a build: one tree of frozen values, read from TOML.

A file sets what it names and leaves the rest as it is::

    base = "https://example.org/kg/"     # what the graph's own IRIs begin with

    [extract]
    model = "models/mine"                # a model folder; the shipped one by default
    threads = 2                          # processor threads of the model; all by default

    [claims]
    least_confidence = 0.5               # claims below it are left out

    [resolve]
    decisions = "decisions.tsv"          # what people decided about entities (`kg.resolve.decisions`)
    least_alone = 0.87                   # names that one paper alone has, less likely wanted than this, are left out

    [links]
    make = true                          # whether to link entities to the vocabularies of others
    index = "concepts.idx"               # what `kg links index` made; OpenCS, which ships, by default
    least = 0.9                          # links less sure are left out

    [analytics]
    seed = 0                             # of community detection, sampling and layout
    sample_above = 1000                  # nodes from which betweenness is sampled
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar, get_type_hints
from urllib.parse import urlsplit

from kg.errors import ConfigError, QueryError
from kg.store import iri
from schema.vocab import DEFAULT_BASE

T = TypeVar("T")

#: Largest values that the libraries which get them take.
MOST_THREADS: Final = 1024
MOST_SEED: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class ExtractConfig:
    """Settings of extraction.

    Attributes
    ----------
    model : str
        Model folder; empty for the one that ships with the package.
    threads : int
        Processor threads of the model, 0 for all.
    """

    model: str = ""
    threads: int = 0


@dataclass(frozen=True, slots=True)
class ClaimsConfig:
    """Settings of claims.

    Attributes
    ----------
    least_confidence : float
        Claims below it are left out, 0 to 1.
    """

    least_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class ResolveConfig:
    """Settings of resolution.

    Attributes
    ----------
    decisions : str
        Table of what people decided about entities (`kg.resolve.decisions`); empty for none.
    least_alone : float
        Probability that a reader wants it which a name needs that one paper alone has and no taxonomy
        (`kg.resolve.worth`), 0 to 1; with 0 all names become nodes.
    """

    decisions: str = ""
    least_alone: float = 0.87


@dataclass(frozen=True, slots=True)
class LinksConfig:
    """Settings of links to the vocabularies of others.

    Attributes
    ----------
    make : bool
        Whether entities are linked at all.
    index : str
        File of the concepts; empty for the one that ships with the package.
    least : float
        Links less sure are left out, 0 to 1.
    """

    make: bool = True
    index: str = ""
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class AnalyticsConfig:
    """Settings of analytics.

    Attributes
    ----------
    seed : int
        Of community detection, sampling and layout.
    sample_above : int
        Number of nodes from which betweenness is computed from sampled sources.
    """

    seed: int = 0
    sample_above: int = 1000


@dataclass(frozen=True, slots=True)
class Config:
    """All settings.

    Attributes
    ----------
    base : str
        What the graph's own IRIs begin with; an absolute http(s) IRI that ends in / or #.
    """

    base: str = DEFAULT_BASE
    extract: ExtractConfig = field(default_factory=ExtractConfig)
    claims: ClaimsConfig = field(default_factory=ClaimsConfig)
    resolve: ResolveConfig = field(default_factory=ResolveConfig)
    links: LinksConfig = field(default_factory=LinksConfig)
    analytics: AnalyticsConfig = field(default_factory=AnalyticsConfig)


def read_config(path: Path) -> Config:
    """Settings of a TOML file.

    Raises
    ------
    ConfigError
        When the file is no TOML, names an unknown setting, or a value is of the wrong type or range.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # no TOML and no UTF-8 are ValueErrors
        raise ConfigError(str(path), str(error), "a TOML file") from error
    return checked(_filled(Config(), table, ""))


def kept_settings(config: Config) -> dict[str, Any]:
    """What a workspace keeps of its settings: all but threads, which are the machine's, and decisions, which it copies.

    >>> config_of(kept_settings(Config(base="https://example.org/"))).base
    'https://example.org/'
    """
    settings = asdict(config)
    del settings["extract"]["threads"], settings["resolve"]["decisions"]
    for table, name in (("extract", "model"), ("links", "index")):
        # A later command may start in another folder.
        settings[table][name] = os.path.abspath(settings[table][name]) if settings[table][name] else ""  # noqa: PTH100
    return settings


def config_of(table: Any) -> Config:
    """Settings that `kept_settings` gave; raises ConfigError where they are others."""
    if not isinstance(table, dict):
        raise ConfigError("settings", f"{table!r} is no table", "what `kg build` wrote")
    return checked(_filled(Config(), table, ""))


def checked(config: Config) -> Config:
    """The same settings, after their ranges were checked.

    >>> checked(Config(claims=ClaimsConfig(least_confidence=1.5)))
    Traceback (most recent call last):
        ...
    kg.errors.ConfigError: setting claims.least_confidence: 1.5 is out of range; expected a number from 0 to 1
    """
    try:
        parts = urlsplit(config.base)
        iri(config.base)
    except (ValueError, QueryError) as error:
        problem = f"{config.base!r} is no IRI: {error.__cause__ or error}"
        raise ConfigError("base", problem, "an http(s) IRI that ends in / or #") from error
    if parts.scheme not in ("http", "https") or not parts.netloc or not config.base.endswith(("/", "#")):
        raise ConfigError("base", f"{config.base!r} is no base IRI", "an http(s) IRI that ends in / or #")
    for name, share in (
        ("claims.least_confidence", config.claims.least_confidence),
        ("links.least", config.links.least),
        ("resolve.least_alone", config.resolve.least_alone),
    ):
        if not 0 <= share <= 1:
            raise ConfigError(name, f"{share} is out of range", "a number from 0 to 1")
    for name, value, most in (
        ("extract.threads", config.extract.threads, MOST_THREADS),
        ("analytics.seed", config.analytics.seed, MOST_SEED),
        ("analytics.sample_above", config.analytics.sample_above, MOST_SEED),
    ):
        if not 0 <= value <= most:
            raise ConfigError(name, f"{value} is out of range", f"a whole number from 0 to {most}")
    return config


def _filled(settings: T, table: dict[str, Any], prefix: str) -> T:
    assert is_dataclass(settings) and not isinstance(settings, type)  # noqa: S101 - for the type checker
    known = {f.name for f in fields(settings)}
    hints = get_type_hints(type(settings))
    changes: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            raise ConfigError(f"{prefix}{name}", "there is no such setting", f"one of {', '.join(sorted(known))}")
        current, wanted = getattr(settings, name), hints[name]
        if is_dataclass(current):
            if not isinstance(value, dict):
                raise ConfigError(f"{prefix}{name}", f"{value!r} is no table", f"[{prefix}{name}] with its settings")
            changes[name] = _filled(current, value, f"{prefix}{name}.")
        elif wanted is float and isinstance(value, int) and not isinstance(value, bool):
            changes[name] = float(value)
        elif type(value) is not wanted:
            expected = f"a value of type {wanted.__name__}"
            raise ConfigError(f"{prefix}{name}", f"{value!r} is of the wrong type", expected)
        else:
            changes[name] = value
    return replace(settings, **changes)
