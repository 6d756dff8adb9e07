"""The bundled sample: 82 real papers on deep learning, their abstracts retold in our own words.

Titles, numbers, years, authors and identifiers are facts about the papers; a field of which we
know nothing certain is left out.
"""

from __future__ import annotations

from pathlib import Path

SAMPLE: Path = Path(__file__).with_name("papers.jsonl")
