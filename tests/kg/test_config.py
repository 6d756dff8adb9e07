"""A wrong setting stops at once and is named."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

import kg.config
from kg.config import AnalyticsConfig, ClaimsConfig, Config, ExtractConfig, LinksConfig, checked, read_config
from kg.errors import ConfigError


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "kg.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def test_a_file_sets_what_it_names_and_leaves_the_rest(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Config()
    assert read(tmp_path, '[links]\nindex = "a.idx"\nmake = false\n') == Config(links=LinksConfig(False, "a.idx"))
    assert read(tmp_path, "[analytics]\nseed = 7\n") == Config(analytics=AnalyticsConfig(seed=7))
    text = 'base = "https://ex.org/k#"\n[extract]\nmodel = "m"\nthreads = 2\n[claims]\nleast_confidence = 1\n'
    assert read(tmp_path, text) == Config(
        base="https://ex.org/k#", extract=ExtractConfig("m", 2), claims=ClaimsConfig(least_confidence=1.0)
    )


def test_the_example_in_the_documentation_is_right_and_names_every_setting(tmp_path: Path) -> None:
    documentation = kg.config.__doc__ or ""
    example = "\n".join(line[4:] for line in documentation.splitlines() if line.startswith("    "))
    config = read(tmp_path, example)
    assert config.extract == ExtractConfig("models/mine", 2)
    for field in fields(Config):
        assert field.name in example
        value = getattr(config, field.name)
        if is_dataclass(value):
            assert all(inner.name in example for inner in fields(value))


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("colour = 1", "colour"),
        ("[extract]\nmodell = 'x'", "extract.modell"),
        ("extract = 3", "extract"),
        ("[base]\nx = 1", "base"),
        ("base = 3", "base"),
        ("base = 'ftp://ex.org/'", "base"),
        ("base = 'http://ex.org'", "base"),
        ("base = 'http:///'", "base"),
        ("base = 'http://['", "base"),
        ("base = 'http://ex.org/a b/'", "base"),
        ("base = 'http://ex.org/%zz/'", "base"),
        ("base = 'http://ex.org/<x>/'", "base"),
        ("[extract]\nthreads = -1", "extract.threads"),
        ("[extract]\nthreads = true", "extract.threads"),
        ("[links]\nmake = 1", "links.make"),
        ("[links]\nleast = 1.01", "links.least"),
        ("[links]\nindex = 3", "links.index"),
        ("[extract]\nthreads = 2.5", "extract.threads"),
        ("[extract]\nthreads = 99999999999", "extract.threads"),
        ("[claims]\nleast_confidence = 1.01", "claims.least_confidence"),
        ("[claims]\nleast_confidence = -0.1", "claims.least_confidence"),
        ("[claims]\nleast_confidence = nan", "claims.least_confidence"),
        ("[claims]\nleast_confidence = true", "claims.least_confidence"),
        ("[claims]\nleast_confidence = '0.5'", "claims.least_confidence"),
        ("[analytics]\nseed = -1", "analytics.seed"),
        ("[analytics]\nseed = 99999999999", "analytics.seed"),
        ("[analytics]\nsample_above = -5", "analytics.sample_above"),
    ],
)
def test_an_error_names_the_setting_and_what_would_be_right(tmp_path: Path, text: str, setting: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert caught.value.setting == setting
    assert setting in str(caught.value)
    assert "expected" in str(caught.value)


@pytest.mark.parametrize("content", [b"x =", b"\xff\xfe\x00", b"x = " + b"[" * 5000, b"a = 1\na = 2"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"broken\.toml"):
        read_config(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.toml", tmp_path):
        with pytest.raises(ConfigError) as caught:
            read_config(path)
        assert path.name in str(caught.value)


@pytest.mark.parametrize(
    "base", ["https://w3id.org/paperkg/id/", "http://localhost:8000/", "https://ex.org/ü/", "http://ex.org/g#"]
)
def test_bases_that_are_right(base: str) -> None:
    assert checked(Config(base=base)).base == base
