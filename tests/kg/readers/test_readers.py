"""Whole files through `kg.readers.read`: the counts of the shared material, every format, every wrapping."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ConfigError, InputError, RecordError, UnknownFormat, UnreadableFile
from kg.model import Paper
from kg.readers import FORMATS, detect, read, total_bytes

FIXTURES = Path(__file__).parent / "fixtures"
FORMAT_OF = {
    "anthology.xml": "acl-xml",
    "arxiv.atom": "arxiv-atom",
    "arxiv.jsonl": "arxiv-jsonl",
    "library.bib": "bibtex",
    "library.jsonl": "jsonl",
    "page.txt": "listing",
    "wos.tsv": "tsv",
    "works.json": "json",
    "zotero-csl.json": "csl-json",
    "zotero.bib": "bibtex",
    "zotero.csv": "csv",
    "zotero.ris": "ris",
}


def load(*paths: Path | str, **options: object) -> tuple[list[Paper], list[InputError]]:
    errors: list[InputError] = []
    return list(read(paths, on_error=errors.append, **options)), errors  # type: ignore[arg-type]


def load_bytes(content: bytes, **options: object) -> tuple[list[Paper], list[InputError]]:
    return load("-", stdin=io.BytesIO(content), **options)


# The shared material


def test_the_page_holds_exactly_its_82_papers(shared: Path) -> None:
    page = shared / "seeds" / "papers_page.txt"
    papers, errors = load(page)
    lines = [" ".join(line.split()) for line in page.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert not errors
    assert len(papers) == 82
    assert [paper.title for paper in papers] == lines[5::2]
    assert [paper.abstract for paper in papers] == lines[6::2]
    assert [paper.local_id for paper in papers] == [f"P{number:02d}" for number in range(1, 83)]
    assert len({paper.id for paper in papers}) == 82


def test_the_page_s_odd_papers_are_the_annotated_ones(shared: Path) -> None:
    titles = {paper.local_id: paper.title for paper in read([shared / "seeds" / "papers_page.txt"])}
    with (shared / "gold" / "seed_dev.jsonl").open(encoding="utf-8") as file:
        ids = [json.loads(line)["id"] for line in file]
    assert ids == [local_id for local_id in titles if int(local_id[1:]) % 2]


def test_gold_keeps_the_ids_of_its_records(shared: Path) -> None:
    gold = shared / "gold" / "train.jsonl.gz"
    papers, errors = load(gold)
    with gzip.open(gold, "rt", encoding="utf-8") as file:
        ids = [json.loads(line)["id"] for line in file]
    assert not errors
    assert len(papers) == 1702
    assert [paper.local_id for paper in papers] == ids


def test_the_hardware_corpus_is_read_whole(shared: Path) -> None:
    papers, errors = load(shared / "corpora" / "hardware.jsonl.xz")
    assert not errors
    assert len(papers) == 555
    assert all(
        paper.id == f"arxiv:{paper.local_id}"
        for paper in papers
        if paper.local_id[:4].isdigit() and "." in paper.local_id[:5]
    )


@pytest.mark.slow
def test_the_acl_archive_streams(shared: Path) -> None:
    errors: list[InputError] = []
    count = with_abstract = full = 0
    for paper in read([shared / "corpora" / "acl-anthology-xml.tar.xz"], on_error=errors.append):
        count += 1
        with_abstract += bool(paper.abstract)
        # The figure that comes with the data counts abstracts of at least 50 characters; 17 are shorter notes.
        full += len(paper.abstract) >= 50
        assert paper.id.startswith("acl:")
    assert (count, with_abstract, full) == (95_336, 52_012, 51_995)
    assert [type(error) for error in errors] == [UnknownFormat]  # the schema that lies in the archive


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("conferences", 95_097),
        ("arxiv_to_2017", 41_117),
        ("arxiv_to_2020", 164_398),
        ("arxiv_2025_2026", 115_641),
    ],
)
def test_a_corpus_is_read_whole(shared: Path, name: str, count: int) -> None:
    errors: list[InputError] = []
    assert sum(1 for _ in read([shared / "corpora" / f"{name}.jsonl.xz"], on_error=errors.append)) == count
    assert not errors


# Choosing the format


@pytest.mark.parametrize(("name", "expected"), FORMAT_OF.items())
def test_content_decides_the_format(name: str, expected: str) -> None:
    assert detect((FIXTURES / name).read_bytes()) == expected


def test_every_format_has_a_fixture() -> None:
    assert set(FORMAT_OF.values()) == set(FORMATS)
    assert {path.name for path in FIXTURES.iterdir()} == set(FORMAT_OF)


@pytest.mark.parametrize("name", FORMAT_OF)
def test_the_name_of_a_file_does_not_count(name: str, tmp_path: Path) -> None:
    disguised = tmp_path / "library.pdf"
    disguised.write_bytes((FIXTURES / name).read_bytes())
    assert load(disguised)[0] == load(FIXTURES / name)[0]


@pytest.mark.parametrize("name", FORMAT_OF)
def test_naming_the_format_reads_the_same(name: str) -> None:
    assert load(FIXTURES / name, format=FORMAT_OF[name])[0] == load(FIXTURES / name)[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        b"PK\x03\x04\x14\x00\x06\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"<!DOCTYPE html><html><body><p>A page</p></body></html>",
        b"<rss version='2.0'></rss>",
        b"Just a sentence, which is no listing.\n",
        b"name,size\nwheel,3\n",
        b"Makefile:\n\tcc -o a a.c\n",
    ],
)
def test_what_is_no_known_format_is_refused_with_the_list(content: bytes) -> None:
    papers, errors = load_bytes(content)
    assert not papers
    assert [type(error) for error in errors] == [UnknownFormat]
    assert all(name in str(errors[0]) for name in FORMATS)


def test_prose_is_no_listing() -> None:
    paragraph = "This program is free, and you may do with it what the licence says. It comes without any warranty. "
    assert detect(("\n\n".join(["Preamble", paragraph * 3, paragraph * 3, paragraph * 3, "End"])).encode()) is None


def test_an_unknown_format_name_stops_at_once() -> None:
    with pytest.raises(ConfigError, match="bibtex"):
        read([], format="bibtext")


# Records


def test_zotero_s_exports_agree_with_each_other() -> None:
    by_format = {
        name: {paper.id: paper for paper in load(FIXTURES / name)[0]}
        for name in ("zotero.bib", "zotero.ris", "zotero-csl.json", "zotero.csv")
    }
    for papers in by_format.values():
        assert {"acl:2021.acl-long.9999", "arxiv:2203.01234"} <= set(papers)
        wings = papers["acl:2021.acl-long.9999"]
        assert wings.authors[:2] == ("Émile Quill", "Anna van der Berg")
        assert wings.year == 2021
        assert wings.venue == "Proceedings of the First Meeting on Small Robots"
        assert wings.url == "https://aclanthology.org/2021.acl-long.9999"
        assert papers["arxiv:2203.01234"].title == "Tiny systolic arrays at the edge"
        assert papers["arxiv:2203.01234"].year == 2022
        assert papers["arxiv:2203.01234"].authors[0] == "Łena Oström"


def test_bibtex_of_zotero() -> None:
    wings, tiny = load(FIXTURES / "zotero.bib")[0]
    assert wings.title == "Sparse Wings: Event Cameras for Hummingbird-Sized Drones"
    assert wings.abstract == (
        "We fly a drone of 12 g on events alone. Latency falls by 40% and power by $2 of every $5; "
        r"the loss is $\mathcal{L}$."
    )
    assert wings.authors == ("Émile Quill", "Anna van der Berg", "The Drone Group")
    assert wings.keywords == ("Computer Science - Robotics", "event camera", "drones")
    assert wings.local_id == "quill_sparse_2021"
    assert tiny.authors == ("Łena Oström", "Jiří Šaša")


def test_bibtex_lives_through_broken_entries() -> None:
    papers, errors = load(FIXTURES / "library.bib")
    assert [paper.local_id for paper in papers] == ["scholar2017", "paren2019", "dblp2020", "last2021"]
    assert [paper.id for paper in papers][::2] == ["arxiv:1712.05877", "arxiv:2001.00001"]
    assert papers[1].venue == "Journal of Small Robots, Series 2"
    assert papers[0].authors == ("Ada Lee", "Guy Moreau")
    assert [error.place.line for error in errors if isinstance(error, RecordError)] == [19, 36, 39]


def test_bibtex_takes_a_bare_percent_sign_for_one() -> None:
    (paper,), _ = load_bytes(rb"@misc{a, title = {A 5% gain \& 7\% loss at $O(n^{2})$}}")
    assert paper.title == "A 5% gain & 7% loss at $O(n^{2})$"


def test_ris_lives_through_broken_records() -> None:
    papers, errors = load(FIXTURES / "zotero.ris")
    assert [paper.title for paper in papers] == [
        "Sparse Wings: Event Cameras for Hummingbird-Sized Drones",
        "Tiny systolic arrays at the edge",
        "The last one lives",
    ]
    assert papers[0].abstract.endswith("alone. Latency falls by 40%.")
    assert papers[2].authors == ("Martin King Jr.",)
    assert [error.place.line for error in errors if isinstance(error, RecordError)] == [31, 35]


def test_csl_json_lives_through_a_broken_item() -> None:
    papers, errors = load(FIXTURES / "zotero-csl.json")
    assert [paper.local_id for paper in papers] == ["http://zotero.org/users/1/items/ABCD1234", "item-2", "item-4"]
    assert papers[0].title == "Sparse Wings: Event Cameras for H2 Drones"
    assert papers[0].abstract == "We fly a drone of 12 g on events alone, p < 0.05."
    assert papers[2].keywords == ("robots", "chips")
    assert [(error.place.record, error.place.line) for error in errors if isinstance(error, RecordError)] == [(3, 32)]


def test_atom_lives_through_broken_entries() -> None:
    papers, errors = load(FIXTURES / "arxiv.atom")
    first, knots = papers
    assert first.id == "arxiv:2203.01234"
    assert first.identifiers == ("arxiv:2203.01234", "doi:10.1000/small.chips")
    assert first.abstract == "Multiplying matrices in $O(n^2)$ cells & few joules."
    assert (first.year, first.keywords, first.venue) == (2022, ("cs.AR", "cs.LG"), "J. Small Chips 3 (2022) 1-9")
    assert knots.id == "arxiv:math/0309136"
    assert [error.place.record for error in errors if isinstance(error, RecordError)] == [2, 4]
    assert "incorrect id format" in str(errors[1])


def test_acl_xml_flattens_inline_markup_and_lives_through_an_open_tag() -> None:
    papers, errors = load(FIXTURES / "anthology.xml")
    assert [paper.id for paper in papers] == ["acl:W18-5401", "acl:W18-5402", "acl:W18-5404"]
    assert papers[0].title == "XML for really small robots: O(n)"
    assert papers[0].abstract == "We parse x < y and see https://example.org."
    assert papers[0].authors == ("Émile Quill", "Mononym")
    assert (papers[0].year, papers[0].venue) == (2018, "Workshop on XML for Robots")
    assert papers[1].url == "https://example.org/elsewhere.pdf"
    assert [error.place.line for error in errors if isinstance(error, RecordError)] == [28]


def test_arxiv_years_are_of_the_first_version() -> None:
    first, second = load(FIXTURES / "arxiv.jsonl")[0]
    assert (first.year, second.year) == (2007, 2001)
    assert first.authors == ("A. Quill", "É. Lee Jr.")
    assert first.title == "Tiny arrays"
    assert first.abstract == r"Chips with $\alpha < 2$."
    assert first.keywords == ("cs.AR", "cs.LG")
    assert first.identifiers == ("arxiv:0704.0001", "doi:10.1000/small.3")
    assert second.id == "arxiv:cs/0112017"


def test_json_lines_of_other_sources_and_broken_lines() -> None:
    papers, errors = load(FIXTURES / "library.jsonl")
    scholar, openalex, zotero = papers
    assert (scholar.id, scholar.local_id, scholar.abstract) == ("arxiv:2106.14405", "a1b2", "We fly.")
    assert (scholar.venue, scholar.year, scholar.keywords) == ("Small Robots", 2021, ("Robotics",))
    assert (openalex.id, openalex.abstract) == ("doi:10.1000/tiny", "Chips are small are grids")
    assert (openalex.authors, openalex.venue) == (("Łena Oström",), "J. Small Chips")
    assert (zotero.authors, zotero.year, zotero.keywords, zotero.local_id) == (("Émile Quill",), 1999, ("chips",), "12")
    places = [(error.place.line, error.place.character) for error in errors if isinstance(error, RecordError)]
    assert places == [(3, 37), (4, None), (5, None), (6, None)]


def test_csv_rows_that_are_shifted_are_refused() -> None:
    papers, errors = load(FIXTURES / "zotero.csv")
    assert [paper.local_id for paper in papers] == ["ABCD1234", "EFGH5678", "QRST7890"]
    assert papers[0].title == 'Sparse "Wings": Event Cameras'
    assert papers[0].abstract == "We fly a drone. Latency falls, by 40%."
    assert [error.place.line for error in errors if isinstance(error, RecordError)] == [5, 6]
    assert papers[2].year is None


def test_tsv_titles_may_begin_with_quotation_marks() -> None:
    papers, errors = load(FIXTURES / "wos.tsv")
    assert not errors
    assert [paper.title for paper in papers] == ['"Small" is fast: chips', 'An "open quote', "Third"]
    assert papers[0].id == "doi:10.1000/w1"
    assert papers[0].authors == ("Émile Quill", "Ada Lee")


def test_json_that_wraps_its_records() -> None:
    papers, errors = load(FIXTURES / "works.json")
    assert [paper.id for paper in papers] == ["doi:10.1000/one", "doi:10.1000/two"]
    assert papers[0].title == "One title"
    assert [type(error) for error in errors] == [RecordError]


@pytest.mark.parametrize(
    ("content", "titles", "broken"),
    [
        ('[{"title": "a"}, {"title": "b"}]', ["a", "b"], 0),
        ('[{"title": "a"}, 42, "x", [1], null, {"title": "b"}]', ["a", "b"], 4),
        ('[{"title": "a"}, {"title": "x", {"title": "b"}]', ["a", "b"], 1),
        ('[{"title": "a"},\n{"title: "x"},\n{"title": "b"}]', ["a", "b"], 1),
        ('[{"title": "a"}, {"title": "x", "authors": ["y"}, {"title": "b"}]', ["a", "b"], 1),
        ('[{"title": "a"}, {"title": "b"}', ["a", "b"], 1),
        ('{\n "title": "a"\n}\n{\n "title": "b"\n}\n', ["a", "b"], 0),
        ('{"title": "a", "papers": [{"title": "b"}]}', ["a"], 0),
        ('{"total": 2, "papers": [{"title": "a"}, {"title": "b"}], "next": 3}', ["a", "b"], 0),
        ('[{"title": "a\\u0000\\ud800"}, {"title": "{b\\"]"}]', ["a", '{b"]'], 0),
    ],
)
def test_json_finds_the_good_records(content: str, titles: list[str], broken: int) -> None:
    papers, errors = load_bytes(content.encode(), format="json")
    assert [paper.title for paper in papers] == titles
    assert len(errors) == broken


def test_a_big_json_array_crosses_windows() -> None:
    records = [{"title": f"Title {number}", "abstract": 'é\\"{[' * (number % 700)} for number in range(1500)]
    for text in (json.dumps(records), json.dumps(records, indent=1, ensure_ascii=False)):
        papers, errors = load_bytes(text.encode())
        assert not errors
        assert [paper.title for paper in papers] == [record["title"] for record in records]
        assert papers[699].abstract == records[699]["abstract"]


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"title": "x" * 2001}, "a title of 2,001 characters"),
        ({"title": "x", "abstract": "y" * 200_001}, "an abstract of 200,001 characters"),
        ({"title": " \x00 "}, "empty"),
        ({"abstract": "y"}, "no title"),
        ({"title": {"a": "b"}}, "no text"),
        ({"title": "x", "abstract": 3}, "no text"),
    ],
)
def test_records_without_usable_text_are_refused(record: dict[str, object], problem: str) -> None:
    papers, errors = load_bytes(json.dumps(record).encode())
    assert not papers
    assert problem in str(errors[0])
    assert "expected" in str(errors[0])


def test_an_xml_bomb_and_outside_entities_stay_shut(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    xml = (
        f'<!DOCTYPE collection [<!ENTITY e0 "ha">{entities}<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<collection id="P17"><volume id="1"><paper id="1"><title>Bomb &e9; &x;</title></paper></volume></collection>'
    )
    papers, _ = load_bytes(xml.encode(), format="acl-xml")
    assert all("secret" not in paper.text and "ha" not in paper.text for paper in papers)


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize(
    "name", ["zotero.bib", "zotero.ris", "zotero.csv", "page.txt", "library.jsonl", "zotero-csl.json"]
)
def test_unicode_encodings_read_the_same(encoding: str, name: str) -> None:
    text = (FIXTURES / name).read_text(encoding="utf-8")
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    assert load_bytes((mark + text).encode(encoding))[0] == load(FIXTURES / name)[0]


def test_old_libraries_may_be_windows_1252() -> None:
    content = "@misc{a, title = {Häuser – und Türme}}\n@misc{b, title = {Zwölf}}".encode("cp1252")
    papers, errors = load_bytes(content)
    assert [paper.title for paper in papers] == ["Häuser – und Türme", "Zwölf"]
    assert not errors


def test_invalid_bytes_in_utf8_are_reported_with_their_position() -> None:
    good = '{"title": "Häuser"}\n'.encode()
    papers, errors = load_bytes(good + b'{"title": "bro\xffken"}\n' + good)
    assert [paper.title for paper in papers] == ["Häuser", "Häuser"]
    (error,) = errors
    assert isinstance(error, RecordError)
    assert (error.place.line, error.place.character) == (2, 14)
    bibtex = "@misc{a, title = {Häuser}}\n@misc{b, title = {bro".encode() + b"\xffken}}\n@misc{c, title = {Last}}"
    papers, errors = load_bytes(bibtex)
    assert [paper.title for paper in papers] == ["Häuser", "Last"]
    assert len(errors) == 1


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize(
    "name", ["zotero.bib", "zotero.ris", "page.txt", "library.jsonl", "zotero-csl.json", "arxiv.atom"]
)
def test_line_ends_do_not_count(end: str, name: str) -> None:
    if end == "\r" and name in ("arxiv.atom", "zotero-csl.json"):
        pytest.skip("XML's and JSON's positions count line feeds")
    text = (FIXTURES / name).read_text(encoding="utf-8")
    assert load_bytes(text.replace("\n", end).encode())[0] == load(FIXTURES / name)[0]


# Wrappings


def zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(content)


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, bz2.compress, zstd], ids=["gz", "xz", "bz2", "zst"])
@pytest.mark.parametrize("name", FORMAT_OF)
def test_compressed_files_read_the_same(compress: Callable[[bytes], bytes], name: str, tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    packed.write_bytes(compress((FIXTURES / name).read_bytes()))
    assert load(packed)[0] == load(FIXTURES / name)[0]


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, bz2.compress, zstd], ids=["gz", "xz", "bz2", "zst"])
def test_concatenated_compressed_files_read_on(compress: Callable[[bytes], bytes]) -> None:
    papers, errors = load_bytes(compress(b'{"title": "One"}\n') + compress(b'{"title": "Two"}\n'))
    assert [paper.title for paper in papers] == ["One", "Two"]
    assert not errors


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, bz2.compress, zstd], ids=["gz", "xz", "bz2", "zst"])
def test_what_comes_before_the_damage_is_kept(compress: Callable[[bytes], bytes]) -> None:
    # Digits of a generator, so that the content does not compress to nothing.
    lines = [f'{{"title": "Title {number} {number**40 % 10**37}"}}\n' for number in range(20_000)]
    content = compress("".join(lines).encode())
    papers, errors = load_bytes(content[: len(content) * 9 // 10])
    assert 0 < len(papers) < 20_000
    assert [type(error) for error in errors] == [UnreadableFile]
    assert "damaged after byte" in str(errors[0])


def test_flipped_bits_are_noticed() -> None:
    content = bytearray(gzip.compress("".join(f'{{"title": "Title {n}"}}\n' for n in range(5000)).encode()))
    content[-6] ^= 0xFF
    _, errors = load_bytes(bytes(content))
    assert any(isinstance(error, UnreadableFile) for error in errors)


def test_folders_are_walked_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "b" / "2.jsonl").write_text('{"title": "Two"}')
    (tmp_path / "a.jsonl").write_text('{"title": "One"}')
    (tmp_path / "c.bib").write_text("@misc{x, title = {Three}}")
    (tmp_path / "notes.bin").write_bytes(b"\x00\x01")
    (tmp_path / ".secret.jsonl").write_text('{"title": "No"}')
    (tmp_path / ".hidden" / "x.jsonl").write_text('{"title": "No"}')
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    papers, errors = load(tmp_path)
    assert [paper.title for paper in papers] == ["One", "Two", "Three"]
    assert [type(error) for error in errors] == [UnknownFormat]
    assert "notes.bin" in str(errors[0])


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_archives_stream_their_members(mode: str, tmp_path: Path) -> None:
    archive = tmp_path / "dump.tar"
    with tarfile.open(archive, mode) as tar:  # type: ignore[call-overload]
        tar.add(FIXTURES / "anthology.xml", "xml/anthology.xml")
        tar.add(FIXTURES / "zotero.bib", "library.bib")
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    papers, errors = load(archive)
    assert [paper.id for paper in papers] == [
        *(paper.id for paper in load(FIXTURES / "anthology.xml")[0]),
        *(paper.id for paper in load(FIXTURES / "zotero.bib")[0]),
    ]
    assert f"{archive}!xml/anthology.xml" in str(errors[0])


def test_a_cut_off_archive_is_reported_once(tmp_path: Path) -> None:
    archive = tmp_path / "dump.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(FIXTURES / "library.jsonl", "a.jsonl")
        tar.add(FIXTURES / "library.jsonl", "b.jsonl")
    content = archive.read_bytes()
    papers, errors = load_bytes(content[: 512 + 2048 + 512 + 600])
    assert len(papers) >= 3
    assert sum(isinstance(error, UnreadableFile) for error in errors) == 1


def test_missing_and_unreadable_files_are_reported(tmp_path: Path) -> None:
    good = tmp_path / "good.jsonl"
    good.write_text('{"title": "One"}')
    papers, errors = load(tmp_path / "missing.bib", good, "nul\x00.bib")
    assert [paper.title for paper in papers] == ["One"]
    assert [type(error) for error in errors] == [UnreadableFile, UnreadableFile]
    with pytest.raises(UnreadableFile, match=r"missing\.bib"):
        list(read([tmp_path / "missing.bib"]))


def test_without_a_callback_the_first_error_is_raised() -> None:
    papers = read([FIXTURES / "library.jsonl"])
    assert next(papers).title == "Sparse Wings"
    next(papers)
    with pytest.raises(RecordError, match="line 3"):
        next(papers)


def test_progress_adds_up_to_the_whole(tmp_path: Path) -> None:
    packed = tmp_path / "packed.gz"
    packed.write_bytes(gzip.compress((FIXTURES / "page.txt").read_bytes()))
    junk = tmp_path / "junk.bin"
    junk.write_bytes(b"\x00" * 300_000)
    steps: list[int] = []
    load(FIXTURES, tmp_path, on_bytes=steps.append)
    assert all(step > 0 for step in steps)
    assert sum(steps) == total_bytes([FIXTURES, tmp_path])


@pytest.mark.parametrize("form", ["jsonl", "json", "bib", "ris", "csv", "xml"])
def test_memory_stays_flat(form: str) -> None:
    abstract = "word " * 800
    one = {
        "jsonl": f'{{"title": "T", "abstract": "{abstract}"}}\n',
        "json": f'{{"title": "T", "abstract": "{abstract}"}},\n',
        "bib": f"@misc{{a, title = {{T}}, abstract = {{{abstract}}}}}\n",
        "ris": f"TY  - JOUR\nTI  - T\nAB  - {abstract}\nER  - \n",
        "csv": f"T,{abstract}\n",
        "xml": f'<paper id="1"><title>T</title><abstract>{abstract}</abstract></paper>\n',
    }[form]
    before = {"json": "[\n", "csv": "title,abstract\n", "xml": '<collection id="P17"><volume id="1">\n'}.get(form, "")
    after = {"json": '{"title": "T"}]', "xml": "</volume></collection>"}.get(form, "")
    content = gzip.compress((before + one * 1500 + after).encode(), 1)
    tracemalloc.start()
    try:
        count = sum(1 for _ in read(["-"], stdin=io.BytesIO(content)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count in (1500, 1501)
    assert peak < 4_000_000 < 1500 * len(one)


def test_endless_lines_and_bombs_do_not_fill_memory() -> None:
    bomb = gzip.compress(b'{"title": "One"}\n{"title": "' + b"a" * 40_000_000 + b'"}\n{"title": "Two"}\n', 9)
    papers, errors = load_bytes(bomb)
    assert [paper.title for paper in papers] == ["One", "Two"]
    assert "longer than 8,000,000 characters" in str(errors[0])


# What no input may do


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600), st.sampled_from([None, *FORMATS]))
def test_random_bytes_raise_nothing_but_input_errors(content: bytes, name: str | None) -> None:
    papers, errors = load_bytes(content, format=name)
    assert all(isinstance(error, InputError) for error in errors)
    assert all(paper.title for paper in papers)


@settings(max_examples=400, deadline=None)
@given(st.data(), st.sampled_from(sorted(FORMAT_OF)))
def test_damaged_files_raise_nothing_but_input_errors(data: st.DataObject, name: str) -> None:
    content = bytearray((FIXTURES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(content)))
        stop = start + data.draw(st.integers(0, 40))
        content[start:stop] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"{", b"}", b'"', b"\\", b"<", b"\n", b"@a{b,"])
        )
    papers, errors = load_bytes(bytes(content), format=data.draw(st.sampled_from([None, FORMAT_OF[name]])))
    assert all(isinstance(error, InputError) for error in errors)
    for paper in papers:
        assert paper.title == " ".join(paper.title.split())
        paper.text.encode()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([gzip.compress, lzma.compress, bz2.compress, zstd]), st.data())
def test_damaged_compression_raises_nothing_but_input_errors(
    content: bytes, compress: Callable[[bytes], bytes], data: st.DataObject
) -> None:
    packed = bytearray(compress(b'{"title": "One"}\n' + content))
    packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    _, errors = load_bytes(bytes(packed[: data.draw(st.integers(0, len(packed)))]))
    assert all(isinstance(error, InputError) for error in errors)
