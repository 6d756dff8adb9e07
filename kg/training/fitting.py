"""Weights of log odds by ridge-penalised maximum likelihood."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def newton(x: Floats, right: Floats, offset: Floats, penalty: Floats) -> Floats:
    """Weights that make the outcomes likeliest, less half the penalty of their squares.

    Parameters
    ----------
    x : array (cases, weights)
    right : array (cases,)
        Outcomes, 0 or 1.
    offset : array (cases,)
        Log odds that are there without the weights.
    penalty : array (weights,)
        Strength with which each is held to zero.

    >>> x, right = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]), np.array([0.0, 1.0, 1.0, 1.0])
    >>> newton(x, right, np.zeros(4), np.array([1e-3, 1.0])).round(2).tolist()
    [0.9, 0.42]
    """
    weights: Floats = np.zeros(x.shape[1])
    for _ in range(50):  # Newton's steps, which settle within ten
        p = 1 / (1 + np.exp(-x @ weights - offset))
        slope = x.T @ (right - p) - penalty * weights
        weights = weights + np.linalg.solve((x.T * (p * (1 - p))) @ x + np.diag(penalty), slope)
    return weights
