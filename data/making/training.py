"""What may staff learn, in which order, where do the liaisons meet their four subjects, and what is an estimate like?

Items, lectures and subjects are the package's own (pages 9 and 10); which stage of the cycle and which topics a course serves is
this project's reading. The package gives neither sessions, seats, applicants nor estimates: those are invented by seeded rules.
"""

import numpy as np
import pandas as pd

from making.workplace import MakeError, Workplace

SEED = 20261126
PAGE, LIAISON_PAGE = "9", "10"
DRAFT = "検討・調整中の内容を含む"
# topic, label, items of the hearing whose gap it closes (separated by blanks)
TOPICS = (
    ("dx", "自治体DXの基礎", "v_goal v_plan s_mind"),
    ("process", "業務の見直し", "s_process r_front r_standard"),
    ("data", "データ利活用", "r_data"),
    ("community", "地域社会DX", "v_partner r_divide"),
    ("security", "情報セキュリティ", "s_security"),
    ("kintone", "アプリづくり（kintone）", "p_sharing r_payment"),
    ("ai", "生成AI・RPA", "r_ai"),
    ("plan", "人材育成計画", "p_image p_policy p_training p_leader"),
)
ALL = " ".join(topic for topic, _, _ in TOPICS)
# item of the menu, course, label, stage, topics, what the document says of it
COURSES = (
    (1, "e_jinzai_practice", "e-JINZAI（動画研修）DX実践講座等コース", "know", "dx process data security ai",
     "１年を幾つかのクールに区分し、資格対策やDX実践講座等コースを設定"),
    (1, "e_jinzai_certificate", "e-JINZAI（動画研修）資格対策コース", "know", "security data",
     "１年を幾つかのクールに区分し、資格対策やDX実践講座等コースを設定"),
    (1, "blended", "ブレンディッド研修（e-JINZAI＋集合研修）", "try", "dx process data security ai",
     "e-JINZAIで習得した知識を集合研修で定着させる"),
    (2, "udemy", "オンライン研修サービス（Udemy）の共同調達", "know", "kintone data security ai",
     "契約最小ライセンス数未満の市町については、協議会で束ね、一括契約を実施"),
    (3, "plan_training", "人材育成計画策定研修", "try", "plan", "限定した範囲"),
    (4, "lecture_dx", "出前講座「地域DX基礎」", "teach", "dx", "地域DX基礎"),
    (4, "lecture_kaizen", "出前講座「カイゼンDX」", "teach", "process", "カイゼンDX"),
    (4, "lecture_data", "出前講座「データ利活用」", "teach", "data", "データ利活用"),
    (4, "lecture_community", "出前講座「地域社会DX」", "teach", "community", "地域社会DX"),
    (5, "exchange", "グループ意見交換会", "teach", "plan community dx", "グループでの意見交換"),
    (6, "kintone_study", "kintone勉強会", "teach", "kintone process", "kintone勉強会を開催"),
    (6, "logo_chat", "LoGoチャットでの意見交換", "teach", "security ai", "研修・勉強会参加者間の意見交換等を促進"),
    (7, "portal", "ひょうご人材育成ポータル（過去の研修動画・テキスト）", "know", ALL, "集約・提供するポータルサイト"),
)  # fmt: skip
# order, lesson as printed, topics, notebook, what of the subject it exercises
SUBJECTS = (
    (
        1,
        "自治体DXと業務改善",
        "dx process",
        "trainees/01_where_are_we.ipynb",
        "自分の市町の現在地を、公表データの地図と表で見る",
    ),
    (
        1,
        "自治体DXと業務改善",
        "dx process",
        "trainees/02_how_firm.ipynb",
        "順位ではなく幅で比べ、次の一歩を考える",
    ),
    (
        1,
        "自治体DXと業務改善",
        "dx process",
        "trainees/05_read_progress.ipynb",
        "標準化の進みを手順の数で読む",
    ),
    (
        1,
        "自治体DXと業務改善",
        "dx process",
        "trainees/08_own_process.ipynb",
        "自分の業務の手順を書き出し、待ちと手の足りない担当を見つける",
    ),
    (
        1,
        "自治体DXと業務改善",
        "dx process",
        "trainees/09_try_a_change.ipynb",
        "手順を1つ変えたら何日早くなるかを、シミュレーションで試す",
    ),
    (
        2,
        "情報セキュリティ",
        "security",
        "trainees/10_three_layers.ipynb",
        "三層の分離、わなのメール、パスワードを確かめる",
    ),
    (
        2,
        "情報セキュリティ",
        "security",
        "trainees/11_an_incident.ipynb",
        "作った事故を場面ごとにたどり、だれにいつまでに知らせるかと、表の隠し方を試す",
    ),
    (
        2,
        "情報セキュリティ",
        "security",
        "trainees/03_who_knows.ipynb",
        "被災者の情報を、だれに・何を根拠に渡せるかを考える",
    ),
    (
        3,
        "データ利活用(BIツール)",
        "data",
        "trainees/01_where_are_we.ipynb",
        "公表データを1行で読み、図を作り変える",
    ),
    (
        3,
        "データ利活用(BIツール)",
        "data",
        "trainees/04_drones.ipynb",
        "条件を変えて地図で確かめ、結果を人に説明する",
    ),
    (
        3,
        "データ利活用(BIツール)",
        "data",
        "trainees/06_clinic.ipynb",
        "52手続のオンライン申請率から、次に手をつける手続を選ぶ",
    ),
    (
        3,
        "データ利活用(BIツール)",
        "data",
        "trainees/07_bring_your_excel.ipynb",
        "自分のExcelを読ませ、直し、地図と1枚の紙にする",
    ),
    (
        4,
        "生成AIハッカソン",
        "ai",
        "trainees/12_judge_answers.ipynb",
        "記録した回答（架空）を表で答え合わせし、たずね方を直す",
    ),
    (
        4,
        "生成AIハッカソン",
        "ai data",
        "trainees/13_hackathon_kit.ipynb",
        "題材・時間割・採点票で、2時間のハッカソンを開く",
    ),
)
# seats are assumed: the more a stage asks of people, the smaller the group
SEATS = {"know": 20, "try": 12, "teach": 8}
TERMS = (1, 2)
# R6: 24 cities and 8 towns (and one association) sent 57 persons
PERSONS, CITIES, TOWNS = 57, 24, 8
STAGES = ("know", "try", "teach")
ESTIMATES = (8, 4)
PLANTED = {2: 2.3, 9: 2.3}
ELASTICITY, SPREAD, LEVEL_YEN = 0.7, 0.18, 55_000.0


def topics(work: Workplace) -> pd.DataFrame:  # noqa: ARG001 - every job takes the workplace
    """Make the topics of training: ``topic, label, items`` of the hearing."""
    return pd.DataFrame(TOPICS, columns=["topic", "label", "items"])


def courses(work: Workplace) -> pd.DataFrame:  # noqa: ARG001
    """Make the menu: one row a course, in the package's order, with stage, topics and what must come before."""
    table = pd.DataFrame(COURSES, columns=["item", "course", "label", "stage", "topics", "said"])
    before = table["stage"].map(dict(zip(STAGES, (None, *STAGES), strict=False)))
    if set(table["item"]) != set(range(1, 8)) or table["course"].duplicated().any():
        raise MakeError("courses はアラカルト7項目のすべてを1回以上含む必要があります。")
    return table.assign(needs=before, page=PAGE, status=DRAFT)


def liaison_curriculum(work: Workplace) -> pd.DataFrame:  # noqa: ARG001
    """Make the liaisons' four subjects and the trainees' notebooks in which each is exercised."""
    table = pd.DataFrame(SUBJECTS, columns=["order", "lesson", "topics", "notebook", "exercise"])
    return table.assign(page=LIAISON_PAGE, status=DRAFT)


def course_sessions(work: Workplace) -> pd.DataFrame:  # noqa: ARG001
    """Make a year's sessions: every topic and stage once a term (invented)."""
    rows = [
        (f"{topic}-{stage}-{term}", topic, stage, term, SEATS[stage])
        for topic, _, _ in TOPICS
        for stage in STAGES
        for term in TERMS
    ]
    return pd.DataFrame(rows, columns=["session", "topic", "stage", "term", "seats"])


def applicants_example(work: Workplace) -> pd.DataFrame:
    """Make what 57 invented persons of 24 cities and 8 towns wish for: one row a person and topic, in order of application."""
    towns, random = work.read("municipalities"), np.random.default_rng(SEED)
    chosen = [random.choice(towns.loc[towns["kind"] == kind, "code"], many, replace=False) for kind, many in
              (("city", CITIES), ("town", TOWNS))]  # fmt: skip
    bodies = np.concatenate(chosen)
    people = towns.set_index("code")["people_2020"].loc[bodies].to_numpy(dtype=float)
    # every body sends one; the rest come from the larger ones more often
    more = random.choice(
        len(bodies), PERSONS - len(bodies), p=np.sqrt(people) / np.sqrt(people).sum()
    )
    of = random.permutation(np.concatenate([np.arange(len(bodies)), more]))
    rows = []
    for number, body in enumerate(of, start=1):
        away = str(random.choice(["", "1", "2"], p=[0.7, 0.15, 0.15]))
        wished = random.choice(
            [topic for topic, _, _ in TOPICS], int(random.integers(2, 7)), replace=False
        )
        rows += [
            (f"受講者{number:02d}", str(bodies[body]), str(topic), int(random.integers(1, 4)), away)
            for topic in wished
        ]
    return pd.DataFrame(rows, columns=["learner", "code", "topic", "value", "away"])


def estimates_example(work: Workplace) -> pd.DataFrame:
    """Make 12 invented estimates of cloud fees, two of them 2.3 times as dear: nobody's own, of nobody's size."""
    towns, random = work.read("municipalities"), np.random.default_rng(SEED)
    cities, small = ESTIMATES
    kinds = ["city"] * cities + ["town"] * small
    rows = []
    for at, kind in enumerate(kinds):
        sizes = towns.loc[(towns["kind"] == kind) & (towns["people_2020"] < 500_000), "people_2020"]
        # between two sizes that exist, so that it is neither
        people = round(
            float(np.sqrt(np.prod(random.choice(sizes, 2, replace=False).astype(float)))), -2
        )
        factor = PLANTED.get(at, 1.0)
        yen = LEVEL_YEN * people**ELASTICITY * np.exp(random.normal(0, SPREAD)) * factor
        rows.append((f"団体{chr(ord('A') + at)}", kind, int(people), int(round(yen, -4)), factor))
    return pd.DataFrame(rows, columns=["estimate", "kind", "people", "yen_year", "planted"])
