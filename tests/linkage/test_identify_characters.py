"""A list of own characters comes back with where each stands, what it may be reduced to, and what remains."""

import pandas as pd
import pytest

import dxkit
from dxkit import linkage
from dxkit.errors import TableError

pytest.importorskip("jntajis")


def find(*characters):
    return linkage.identify_characters(pd.DataFrame({"character": characters}))


def test_the_characters_of_everyday_names_find_what_the_official_map_says():
    # MJ縮退マップ: 髙 → 高, 﨑 → 崎, 𠮷 → 吉; 囯 → 國 and 国. 﨑 is in JIS X 0213, 邉 in JIS X 0208
    found = find("高", "邉", "髙", "﨑", "𠮷", "囯").set_index("character")
    assert found["finding"].tolist() == [
        "everyday", "everyday", "one", "standard", "one", "several",
    ]  # fmt: skip
    assert found["candidates"].tolist()[2:] == ["高", "崎", "吉", "國、国"]
    assert found.loc["𠮷", "code_point"] == "U+20BB7"
    assert found.loc["邉", "basis"] == "戸籍法関連の通達・通知"
    assert found["remains"].tolist() == [False] * 5 + [True]


def test_a_private_number_and_a_character_without_a_map_remain():
    found = find(chr(0xE000), chr(0x956E))
    assert found["finding"].tolist() == ["private", "none"]
    assert found["remains"].all()
    assert found.attrs["settings"]["remain"] == 2


def test_a_variation_selector_belongs_to_its_character():
    found = find("辻" + chr(0xE0100))
    assert found.loc[0, ["finding", "code_point"]].tolist() == ["everyday", "U+8FBB"]


def test_blanks_and_words_are_refused_with_their_rows():
    with pytest.raises(TableError, match="3件の問題") as caught:
        find("高", "", "高橋", None)
    assert [(fault.row, fault.problem) for fault in caught.value.faults] == [
        (2, "空欄です"),
        (3, "1文字ではありません"),
        (4, "空欄です"),
    ]


def test_what_several_municipalities_have_is_looked_at_once():
    lists = pd.DataFrame(
        [
            ("28201", "囯", 12),
            ("28202", "囯", 3),
            ("28202", chr(0xE001), 1),
            ("28203", chr(0xE001), 1),
            ("28203", "髙", None),
        ],
        columns=["code", "character", "people"],
    )
    shared = linkage.share_characters(lists)
    first = shared.iloc[0]
    assert (first["character"], first["municipalities"], first["codes"]) == ("囯", 2, "28201 28202")
    assert first["people"] == 15
    # the same private number is another glyph at each municipality
    assert (shared["finding"] == "private").sum() == 2
    assert shared.attrs["settings"]["looks_alone"] == 4
    assert shared.attrs["settings"]["looks_shared"] == 3
    with pytest.raises(TableError, match="28201・囯"):
        linkage.share_characters(pd.concat([lists, lists.head(1)]))
    lists.attrs = {"made": True, "kind": "made"}
    assert dxkit.schema.is_made(linkage.share_characters(lists))
