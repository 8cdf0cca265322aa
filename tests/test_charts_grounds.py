"""The pictures of the law say above everything that they are no legal advice, and tell read texts from unread ones."""

import matplotlib.patches
import matplotlib.text
import pandas as pd
import pytest

from dxkit import charts, sharing
from dxkit.errors import TableError

NOTICE = "教材であり法的助言ではない"
MARKS = {"可": "○", "要確認": "△", "根拠なし": "×"}


def texts(figure):
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def cells(axes):
    """Give the text at each place of a grid."""
    return {
        (round(text.get_position()[0], 2), round(text.get_position()[1], 2)): text.get_text()
        for text in axes.texts
    }


def names(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


@pytest.mark.parametrize("category", ["所在", "台帳情報", "要支援者名簿", "要配慮情報"])
@pytest.mark.parametrize("consent", [False, True])
def test_every_cell_shows_what_may_disclose_says(category, consent):
    table = sharing.ground_matrix(category, phase="72時間以内", consent=consent)
    axes = charts.grounds(table).axes[0]
    shown = cells(axes)
    tellers, told = names(axes.yaxis), names(axes.xaxis)
    assert len(shown) == len(table) == len(tellers) * len(told)
    for row, teller in enumerate(tellers):
        for column, body in enumerate(told):
            found = sharing.may_disclose(
                teller, body, category, phase="72時間以内", consent=consent
            )
            assert shown[column, row] == MARKS[found.verdict] + found.row


def test_the_matrix_asks_every_body_that_the_table_speaks_of_once():
    table = sharing.ground_matrix("所在", phase="応急期")
    law = sharing.grounds()
    for column in ("from_", "to"):
        assert set(table[column]) == {word for cell in law[column] for word in cell.split()}
    assert not table.duplicated(["from_", "to"]).any()
    assert table.columns[0] == "notice"
    assert table.attrs["settings"] == {"category": "所在", "phase": "応急期", "consent": False}
    own = law[law["row"] == "G19"]
    assert set(sharing.ground_matrix("所在", phase="応急期", table=own)["verdict"]) == {"可"}


def test_both_pictures_open_with_the_notice_and_say_what_was_asked():
    matrix = charts.grounds(
        sharing.ground_matrix("台帳情報", phase="復旧期", consent=True),
        title="だれに",
        source="法律の表",
    )
    assert matrix.get_suptitle() == f"{NOTICE}\nだれに（台帳情報・復旧期・本人の同意あり）"
    assert "出典: 法律の表" in " ".join(texts(matrix)).replace("\n", "")
    assert charts.raci(sharing.raci(), title="だれが").get_suptitle() == f"{NOTICE}\nだれが"


def test_the_rows_that_the_cells_name_are_spelt_out_below():
    table = sharing.ground_matrix("所在", phase="72時間以内")
    said = "".join(texts(charts.grounds(table))).replace("\n", "")
    for row, ground, sure in (
        table.loc[table["row"] != "", ["row", "ground", "certainty"]]
        .drop_duplicates()
        .itertuples(index=False)
    ):
        assert f"{row} {ground}（{sure}）" in said
    none = table[table["verdict"] == "根拠なし"]
    assert "根拠のある組はありません。" in "".join(texts(charts.grounds(none)))


def test_unread_texts_are_hatched_and_marked():
    axes = charts.grounds(sharing.ground_matrix("所在")).axes[0]
    hatched = [patch for patch in axes.patches if patch.get_hatch()]
    assert len(hatched) == sum(text.startswith("△") for text in cells(axes).values()) > 0
    side = charts.raci(sharing.raci()).axes[1]
    table = sharing.raci()
    assert [name.startswith("※") for name in names(side.yaxis)] == (
        table["certainty"] == "要確認"
    ).tolist()


def test_each_role_of_each_task_has_its_letter():
    table = sharing.raci()
    axes = charts.raci(table).axes[0]
    assert names(axes.xaxis) == ["避難先市町", "避難元市町", "県", "国", "支援団体"]
    assert names(axes.yaxis) == table["task"].tolist()
    letters = "".join(table[["host", "home", "prefecture", "state", "group"]].to_numpy().ravel())
    assert sorted(cells(axes).values()) == sorted(letters)
    # who does a task and answers for it has both letters in one cell
    assert {cells(axes)[-0.25, 0], cells(axes)[0.25, 0]} == {"R", "A"}


def test_letters_that_the_font_lacks_become_geta_and_dollars_are_no_formula():
    table = sharing.raci().head(2).assign(task=["$x^2$ 🦭", "照合"])
    said = " ".join(texts(charts.raci(table)))
    assert "$x^2$ 〓" in said


def test_inputs_are_not_altered():
    table, tasks = sharing.ground_matrix("所在"), sharing.raci()
    before = table.copy(), tasks.copy()
    charts.grounds(table)
    charts.raci(tasks)
    pd.testing.assert_frame_equal(before[0], table)
    pd.testing.assert_frame_equal(before[1], tasks)


def test_what_cannot_be_drawn_is_refused_by_name():
    table = sharing.ground_matrix("所在")
    with pytest.raises(TableError, match="列「verdict」: 根拠 の表に列がありません"):
        charts.grounds(table.drop(columns="verdict"))
    with pytest.raises(TableError, match="表に行がありません"):
        charts.grounds(table.head(0))
    with pytest.raises(TableError, match="値「避難元市町 → 避難元市町」: 同じ組が2つあります"):
        charts.grounds(pd.concat([table, table.head(1)]))
    with pytest.raises(TableError, match="1行目 列「verdict」 値「たぶん」: 知らない判定です"):
        charts.grounds(table.assign(verdict="たぶん").head(1))
    with pytest.raises(TableError, match="2行目 列「host」 値「RX」: 知らない役割です"):
        charts.raci(sharing.raci().assign(host=["R", "RX", *["R"] * 9]))
    with pytest.raises(TableError, match="列「task」: 役割分担 の表に列がありません"):
        charts.raci(sharing.raci().drop(columns="task"))
