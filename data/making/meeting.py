"""What does a group exchange meeting need besides figures: an agenda, questions, and who builds what?

Agenda and questions are this project's own sentences, on the themes that the prefecture's document names (S02). Which vendor
builds which system is published nowhere: the example is invented by a seeded rule, to try "what if a vendor is late".
"""

import numpy as np
import pandas as pd

from making.workplace import Workplace

SEED = 20261126
# part, minutes, what the facilitator does, what stands on the screen, what has to be ready
AGENDA = (
    (
        "受付",
        5,
        "着席のグループを案内し、QRコードで投票の画面を開いてもらう",
        "グループ分けの表",
        "配布資料、投票の画面",
    ),
    (
        "趣旨",
        5,
        "目的と約束（発言は記録しても、だれの投票かは記録しない）を伝える",
        "この表",
        "なし",
    ),
    (
        "数字の読み方",
        10,
        "進捗率は手順の割合で、移行を終えた業務の割合ではないことを確かめる",
        "進捗の表",
        "20業務の進捗の図",
    ),
    (
        "グループで話す1",
        20,
        "いま止まっている手順と、助かったことを1人2分で話す",
        "問いの紙",
        "付せん、配布資料",
    ),
    (
        "完了に近い団体から",
        10,
        "先に進んだ団体が、やってよかったことを2つ話す",
        "なし",
        "話す団体への事前の依頼",
    ),
    (
        "グループで話す2",
        20,
        "問いの紙から1つ選び、次の一歩・担当・期限を決める",
        "問いの紙",
        "記録の画面",
    ),
    (
        "投票",
        10,
        "県に頼みたいことを、項目ごとに−2から+2で、各自が黙って投票する",
        "投票の結果",
        "投票の画面",
    ),
    ("まとめ", 10, "決めたことを読み上げ、次の会の日を決める", "記録", "記録の書き出し"),
)
QUESTIONS = (
    ("移行作業の注意点", "いま止まっている手順は何で、何が動けば進みますか。"),
    (
        "移行作業の注意点",
        "切替えの日に、窓口を止める時間と知らせ方をどう決めましたか（決めますか）。",
    ),
    ("移行作業の注意点", "試験で見つかった不具合のうち、ほかの団体にも起きそうなものは何ですか。"),
    (
        "データ連携の調整",
        "標準に移った業務と、まだの業務の間で、どのデータを、だれが、どうつないでいますか。",
    ),
    ("データ連携の調整", "標準の対象でない周りのシステムは、いつまで、どうつなぎますか。"),
    ("文字同定", "外字は何文字残り、同定をだれが、どこまで確かめましたか。"),
    ("文字同定", "字形が変わる住民への説明は、どの言い方が伝わりましたか。"),
    (
        "期限の延長",
        "延長した業務の新しい時期と、それまでの保守・費用を、事業者とどこまで決めましたか。",
    ),
    ("期限の延長", "延長の間に制度改正があったら、どちらのシステムを直しますか。"),
    ("移行後の費用", "移行後の利用料の見積もりのうち、内訳が分からない項目は何ですか。"),
)
VENDORS = ("甲社", "乙社", "丙社", "丁社", "戊社")
FAMILY, CARE = ("戸籍", "戸籍の附票"), ("健康管理", "障害者福祉", "生活保護")


def meeting_agenda(work: Workplace) -> pd.DataFrame:  # noqa: ARG001 - every job takes the workplace
    """Make the agenda of 90 minutes: ``order, part, start_min, minutes, guide, screen, prepare``."""
    table = pd.DataFrame(AGENDA, columns=["part", "minutes", "guide", "screen", "prepare"])
    table.insert(0, "order", range(1, len(table) + 1))
    table.insert(2, "start_min", table["minutes"].cumsum() - table["minutes"])
    return table


def meeting_questions(work: Workplace) -> pd.DataFrame:  # noqa: ARG001 - every job takes the workplace
    """Make the questions for the tables: ``order, theme, question``."""
    table = pd.DataFrame(QUESTIONS, columns=["theme", "question"])
    table.insert(0, "order", range(1, len(table) + 1))
    return table


def vendors_example(work: Workplace) -> pd.DataFrame:
    """Invent who builds which system: ``code, system, vendor``; one main vendor a municipality, two for other kinds."""
    random = np.random.default_rng(SEED)
    progress = work.read("progress")
    rows = []
    for code, own in progress.groupby("code", sort=True):
        main, family, care = random.choice(VENDORS, size=3, p=(0.3, 0.25, 0.2, 0.15, 0.1))
        by = dict.fromkeys(FAMILY, family) | dict.fromkeys(CARE, care)
        rows += [(code, system, str(by.get(system, main))) for system in own["system"]]
    return pd.DataFrame(rows, columns=["code", "system", "vendor"])
