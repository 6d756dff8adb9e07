"""Fixtures for all tests: where the shared material lies, and the small graph that many tests ask."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the shared data and gold; a test that needs it skips where it is absent."""
    folder = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"shared material is not at {folder} (set KG_SHARED)")
    return folder
