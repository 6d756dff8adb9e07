"""Names of authors, out of the many ways in which records write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kg.readers.cleaning import clean

__all__ = ["authors", "family_first"]

_GIVEN: Final = ("given", "first", "firstname", "givenname", "forename")
_FAMILY: Final = ("family", "last", "lastname", "familyname", "surname")
_WHOLE: Final = ("name", "literal", "fullname", "displayname", "author", "raw")
_AND: Final = re.compile(r"(?<!\s)\s+and\s+")
_ET_AL: Final = re.compile(r"(?:,?\s*et al\.?|others|\.\.\.)$", re.IGNORECASE)


def authors(value: object) -> tuple[str, ...]:
    """Return the names in a record's field of authors, in its order, "Given Family".

    Parameters
    ----------
    value : object
        A list of names, of mappings (name; given and family; first and last; literal; OpenAlex's author) or of lists
        (family, given, suffix: arXiv's authors_parsed), or one string: names parted by ``;``, by " and ", by line
        ends, or by commas where no name is turned around.

    Examples
    --------
    >>> authors("Ada Lovelace, Alan Turing and Grace Hopper")
    ('Ada Lovelace', 'Alan Turing', 'Grace Hopper')
    >>> authors("Lovelace, Ada; Turing, Alan")
    ('Ada Lovelace', 'Alan Turing')
    >>> authors([{"given": "Ada", "family": "Lovelace"}, ["Turing", "Alan", ""], "Grace Hopper"])
    ('Ada Lovelace', 'Alan Turing', 'Grace Hopper')
    """
    if isinstance(value, str):
        names = _from_text(value)
    elif isinstance(value, Mapping):
        names = [_from_mapping(value)]
    elif isinstance(value, list | tuple):
        names = [_one(part) for part in _writers(list(value))]
    else:
        names = []
    cleaned = (_ET_AL.sub("", clean(name)).strip(" ,") for name in names)
    return tuple(dict.fromkeys(name for name in cleaned if name))


def family_first(name: str) -> str:
    """Return "Given Family" for a name written "Family, Given" or "Family, Given, Suffix" (RIS).

    Examples
    --------
    >>> family_first("Lovelace, Ada"), family_first("King, Martin Luther, Jr."), family_first("The Group")
    ('Ada Lovelace', 'Martin Luther King Jr.', 'The Group')
    """
    parts = [part.strip() for part in name.split(",")]
    if len(parts) not in (2, 3) or not parts[0] or not parts[1]:
        return name
    return " ".join([parts[1], parts[0], *parts[2:]])


def _writers(people: list[object]) -> list[object]:
    """Return the authors alone where a list of creators also has editors and translators (Zotero)."""
    kinds = [str(person.get("creatorType", "")) if isinstance(person, Mapping) else "" for person in people]
    return (
        [person for person, kind in zip(people, kinds, strict=True) if kind == "author"]
        if "author" in kinds
        else people
    )


def _one(person: object) -> str:
    if isinstance(person, str):
        return family_first(person) if person.count(",") == 1 else person
    if isinstance(person, Mapping):
        return _from_mapping(person)
    if isinstance(person, list | tuple) and all(isinstance(part, str) for part in person):
        family, given, suffix = (*(str(part) for part in person[:3]), "", "", "")[:3]
        return f"{given} {family} {suffix}"
    return ""


def _from_mapping(person: Mapping[object, object]) -> str:
    fields = {str(key).replace("_", "").replace("-", "").lower(): value for key, value in person.items()}
    family = next((text for key in _FAMILY if isinstance(text := fields.get(key), str) and text), "")
    if family:
        given = next((text for key in _GIVEN if isinstance(text := fields.get(key), str)), "")
        particle = fields.get("nondroppingparticle") or fields.get("droppingparticle") or ""
        suffix = fields.get("suffix") or ""
        return " ".join(str(part) for part in (given, particle, family, suffix) if part)
    for key in _WHOLE:
        whole = fields.get(key)
        if isinstance(whole, str) and whole.strip():
            return whole
        if isinstance(whole, Mapping):
            return _from_mapping(whole) if whole is not person else ""
    return ""


def _from_text(text: str) -> list[str]:
    if ";" in text or "\n" in text.strip():
        return [family_first(name) for name in re.split(r"[;\n]", text) if name.strip()]
    parts = [part for part in _AND.split(text) if part.strip(", ")]
    if len(parts) > 1 and all(part.count(",") == 1 for part in parts):
        return [family_first(part) for part in parts]
    names: list[str] = []
    for part in parts:
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        # "Ada Lovelace, Alan Turing" are two, "Lovelace, Ada" is one: each piece of the former has a space.
        if len(pieces) == 2 and not all(" " in piece for piece in pieces):
            names.append(family_first(part))
        else:
            names.extend(pieces)
    return names
