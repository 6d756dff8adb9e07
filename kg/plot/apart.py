"""Boxes on a plane pushed apart until none overlaps another, near to where they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

_ROUNDS: Final = 200
#: Share of the way to the middle that every box is drawn in a round, so that they end close together.
_PULL: Final = 0.02


def apart(
    places: Sequence[tuple[float, float]], sizes: Sequence[tuple[float, float]], *, gap: float = 6.0
) -> NDArray[np.float64]:
    """Centres of the boxes, a row each, no two nearer than `gap` in both directions.

    Parameters
    ----------
    places : sequence of (float, float)
        Where the centres would like to be.
    sizes : sequence of (float, float)
        Width and height of each box, in the unit of `places`.

    Examples
    --------
    >>> apart([(0, 0), (1, 0)], [(4, 10), (4, 10)], gap=2)[:, 0].round(1).tolist()
    [-2.5, 3.5]
    """
    if not places:
        return np.zeros((0, 2))
    # two in one place would not know where to go
    nudge = np.array([[np.cos(index), np.sin(index)] for index in range(len(places))]) * 1e-3
    centres = np.array(places, dtype=np.float64) + nudge
    if len(places) == 1:
        return centres
    room = np.array(sizes, dtype=np.float64) + gap
    for _ in range(_ROUNDS):
        centres -= (centres - centres.mean(axis=0)) * _PULL
        _push(centres, room)
    while _push(centres, room):
        centres *= 1.01  # crowded to the last: let all of it grow until there is room
    return centres


def _push(centres: NDArray[np.float64], room: NDArray[np.float64]) -> bool:
    """Move overlapping pairs apart in place, half the way each, in the direction that takes less; whether any was."""
    moved = False
    for first in range(len(centres)):
        for second in range(first + 1, len(centres)):
            between = centres[second] - centres[first]
            overlap = (room[first] + room[second]) / 2 - np.abs(between)
            if overlap.min() > 1e-6:
                axis = int(overlap.argmin())
                step = np.copysign(overlap[axis] / 2, between[axis])
                centres[first, axis] -= step
                centres[second, axis] += step
                moved = True
    return moved
