"""An encoding that is not the file's own is named; what it cannot spell is set aside by row."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jinglun.feeds import encoding
from jinglun.feeds.rows import Reading
from jinglun.model.errors import InputError
from jinglun.pages.words import words

Read = Callable[..., Any]

HOTLINE = (
    "工单号,区,受理时间,诉求\n1,渝中区,2024-03-01,夜间施工噪声\n2,江北区,2024-03-02,路灯不亮\n"
)


@pytest.mark.parametrize("length", [1, 5000], ids=["two rows", "more than one buffer"])
def test_a_gbk_file_read_as_utf_8_is_a_problem_that_names_gb18030(
    read_bytes: Read, length: int
) -> None:
    data = (HOTLINE + HOTLINE.partition("\n")[2] * length).encode("gbk")
    problem = read_bytes(data)[2][0]
    assert (problem.code, problem.found, problem.hint) == ("wrong_encoding", "utf-8", "gb18030")
    assert 'encoding = "gb18030"' in words("zh")("problem.wrong_encoding.cure", hint=problem.hint)
    assert read_bytes(data, encoding=problem.hint)[1][0] == (
        2,
        *("1", "渝中区", "2024-03-01", "夜间施工噪声"),
    )


def test_chinese_far_down_a_file_of_ascii_is_seen_too(read_bytes: Read) -> None:
    data = b"a,b\n" + b"1,2\n" * 200_000 + "3,夜间施工噪声\n".encode("gbk")
    assert [(p.code, p.hint) for p in read_bytes(data)[2]] == [("wrong_encoding", "gb18030")]


def test_utf_8_read_as_gbk_is_a_problem_that_names_utf_8(read_bytes: Read) -> None:
    for said in ("gbk", "gb18030", "gb2312"):
        for data in (HOTLINE.encode(), b"\xef\xbb\xbf" + HOTLINE.encode()):
            problem = read_bytes(data, encoding=said)[2][0]
            assert (problem.code, problem.hint) == ("wrong_encoding", "utf-8")


# What Excel calls "Unicode text": UTF-16 with tabs.
def test_unicode_text_of_excel_names_utf_16(read_bytes: Read) -> None:
    data = HOTLINE.replace(",", "\t").encode("utf-16")
    assert [(p.code, p.hint) for p in read_bytes(data)[2]] == [("wrong_encoding", "utf-16")]
    assert read_bytes(data, encoding="utf-16", delimiter="\t")[1][0][2] == "渝中区"


# A system that cuts a text at so many bytes leaves half a character: here 区 has lost a byte.
def test_a_row_with_half_a_character_is_set_aside_and_every_other_is_read(load_bytes: Read) -> None:
    data = HOTLINE.encode("gbk") + "3,沙坪坝区".encode("gbk")[:-1] + b",2024,x\n"
    rows, reading = load_bytes(data, encoding="gbk")
    assert [row[0] for row in rows] == [2, 3]
    assert reading == Reading([], [(4, "3,沙坪坝\\xc7,2024,x")])
    rows, reading = load_bytes(HOTLINE.encode() + b"3,\xe5\x8c,2024,x\n")
    assert [row[0] for row in rows] == [2, 3]
    assert reading == Reading([], [(4, "3,\\xe5\\x8c,2024,x")])


def test_accents_in_latin_1_are_one_problem_and_not_a_row_each(read_bytes: Read) -> None:
    data = "ville,valeur\nMeknès,1\nRabat,2\nFès,3\nSalé,4\n".encode("latin-1")
    problem = read_bytes(data)[2][0]
    assert (problem.code, problem.place, problem.hint) == ("undecodable", "row 2", "utf-8")
    assert problem.found == r"Mekn\xe8s,1"


# --- what a sample of bytes is ---


@pytest.mark.parametrize(
    ("text", "code", "seems"),
    [
        ("plain,ascii\n", "ascii", None),
        ("区,常住人口\n渝中区,58.9\n", "utf-8", "utf-8"),
        ("区,常住人口\n渝中区,58.9\n", "gb18030", "gb18030"),
        ("城市,圳\n深圳,1\n", "gb18030", "gb18030"),
        ("模\n", "gb18030", "gb18030"),
        ("區,常住人口\n灣仔區,16\n", "big5", None),
        ("ville,Fès,Meknès,Salé\n", "latin-1", None),
        ("район,население\nЦентральный,10\n", "cp1251", None),
        ("المدينة,السكان\nمكناس,10\n", "cp1256", None),
        ("区,人口\n", "utf-16", "utf-16"),
        ("区,人口\n", "utf-32", "utf-32"),
        ("ab\n", "utf-8-sig", "utf-8"),
    ],
)
def test_the_encoding_of_a_sample_is_told_only_where_its_bytes_tell(
    text: str, code: str, seems: str | None
) -> None:
    assert encoding.likely(text.encode(code)) == seems


# Every byte of a sample may be its last: a buffer ends where it ends.
@pytest.mark.parametrize("code", ["utf-8", "gb18030"])
def test_a_sample_that_ends_inside_a_character_tells_as_much(code: str) -> None:
    data = (HOTLINE * 3).encode(code)
    assert {encoding.likely(data[:end]) for end in range(200, len(data))} == {code}


def test_a_text_is_cut_before_a_character_that_may_go_on() -> None:
    data = "a区𠮷é".encode()
    for end in range(len(data) + 1):
        whole, rest = encoding.whole_characters(data[:end])
        assert whole + rest == data[:end] and len(rest) < 4
        assert encoding.decodes(whole)
    assert not encoding.decodes(b"a\xff") and not encoding.decodes("区".encode()[:2])


def test_a_file_is_carried_over_to_utf_8_with_bytes_that_are_not_in_its_encoding(
    tmp_path: Path,
) -> None:
    path, copy = tmp_path / "a.csv", tmp_path / "b.csv"
    text = "区,值\n" * 100_000
    path.write_bytes(text.encode("gbk") + b"\xff\n")
    encoding.to_utf_8(path, "a.csv", "gbk", copy)
    assert copy.read_bytes() == text.encode() + b"\xff\n"


# 3 MB packs to 3 KB, a thousand to one; the bounds are lowered for the test alone.
def test_a_gzip_file_that_unpacks_to_far_more_than_text_does_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoding, "_UNPACKED", 1 << 20)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(bytes(3 << 20)))

    def all_pieces() -> Iterator[bytes]:
        yield from encoding.pieces(path, "a.csv.gz")

    with pytest.raises(InputError) as caught:
        list(all_pieces())
    assert [(p.code, p.file) for p in caught.value.problems] == [("swollen_file", "a.csv.gz")]
    path.write_bytes(gzip.compress(b"".join(b"%d,%d\n" % (i, i * i) for i in range(200_000))))
    assert sum(map(len, all_pieces())) > 1 << 20
