"""The shipped model, loaded once."""

from __future__ import annotations

import pytest
from spacy.language import Language

from kg.errors import ModelError
from kg.extract import load


@pytest.fixture(scope="session")
def nlp() -> Language:
    """Pipeline with the shipped model."""
    try:
        return load(threads=1)
    except ModelError as error:
        pytest.skip(f"the shipped model is not here: {error}")
