"""Settings of the server, from the environment: how `kg serve` and other starters speak to each worker."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self

from api.keys import Keys
from api.limits import Limits
from api.logs import STYLES
from kg.errors import ConfigError

__all__ = ["WORKSPACE", "Settings", "patience"]

#: Environment variable that names the folder of the workspace to serve.
WORKSPACE: Final = "KG_WORKSPACE"

_YES: Final = {"1": True, "true": True, "0": False, "false": False, "": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the server.

    Attributes
    ----------
    workspace : Path or None
        ``KG_WORKSPACE``: the folder that `kg build --out` made.
    limits : Limits
        Of it ``KG_COST``, ``KG_SECONDS`` and ``KG_INTROSPECTION`` (1 or 0) are settings.
    keys : Keys or None
        ``KG_API_KEYS``: a file with a line NAME:SHA256 for each key, or such lines.
    rate, key_rate : float
        ``KG_RATE`` and ``KG_KEY_RATE``: requests a minute of an address, and of a key; 0 for no limit.
    metrics : bool
        ``KG_METRICS``: whether ``/metrics`` answers.
    log : str
        ``KG_LOG``: ``text`` or ``json``; empty where the starter sees to the log.
    lanes : bool
        ``KG_LANES``: whether heavy documents run in a thread of their own.
    hold_seconds : float
        ``KG_HOLD``: seconds that a snapshot is held after another took its place.
    """

    workspace: Path | None = None
    limits: Limits = field(default_factory=Limits)
    keys: Keys | None = None
    rate: float = 0.0
    key_rate: float = 0.0
    metrics: bool = False
    log: str = ""
    lanes: bool = True
    hold_seconds: float = 300.0

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Settings that an environment holds.

        Raises
        ------
        ConfigError
            When a variable has a value it cannot have.

        >>> Settings.read({"KG_COST": "1000"}).limits.cost
        1000
        """
        usual, limits = cls(), Limits()
        log = environment.get("KG_LOG", usual.log)
        if log not in ("", *STYLES):
            raise ConfigError("KG_LOG", f"is {log!r}", " or ".join(STYLES))
        folder, keys = environment.get(WORKSPACE), environment.get("KG_API_KEYS")
        return cls(
            workspace=Path(folder) if folder else None,
            limits=replace(
                limits,
                cost=int(_number(environment, "KG_COST", limits.cost)),
                seconds=_number(environment, "KG_SECONDS", limits.seconds),
                introspection=_flag(environment, "KG_INTROSPECTION", limits.introspection),
            ),
            keys=Keys.read(keys) if keys else None,
            rate=_number(environment, "KG_RATE", usual.rate),
            key_rate=_number(environment, "KG_KEY_RATE", usual.key_rate),
            metrics=_flag(environment, "KG_METRICS", usual.metrics),
            log=log,
            lanes=_flag(environment, "KG_LANES", usual.lanes),
            hold_seconds=_number(environment, "KG_HOLD", usual.hold_seconds),
        )


def patience(environment: Mapping[str, str] = os.environ) -> float:
    """Seconds that a client may keep a connection waiting: ``KG_PATIENCE``."""
    return _number(environment, "KG_PATIENCE", 10.0)


def _number(environment: Mapping[str, str], name: str, usual: float) -> float:
    text = environment.get(name, "")
    try:
        number = float(text) if text else usual
    except ValueError:
        number = -1
    if not 0 <= number <= 1e9:
        raise ConfigError(name, f"is {text!r}", "a number, 0 or more")
    return number


def _flag(environment: Mapping[str, str], name: str, usual: bool) -> bool:
    text = environment.get(name)
    if text is None:
        return usual
    if text.lower() not in _YES:
        raise ConfigError(name, f"is {text!r}", "1 or 0")
    return _YES[text.lower()]
