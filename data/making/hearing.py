"""What does the prefecture's hearing ask, and how would invented answers to it look?

The framework is this project's own: the four headings of the prefecture's hearing (S13), crossed with the headings of
総務省「自治体DX推進計画」, six observable stages an item. The answers are invented by a seeded rule and are no
municipality's own; so are the two fictional towns that every interviewer rates.
"""

import numpy as np
import pandas as pd

from making.workplace import Workplace

SEED = 20261124
RATERS = ("連絡員A", "連絡員B", "連絡員C", "連絡員D", "連絡員E")
SEVERITY_SD, ERROR_SD, MISSING = 0.3, 0.6, 0.08
STATUSES = ("declined", "unknown", "not_applicable")
DIMENSIONS = {
    "vision": "目指す姿・トップのコミットメント",
    "structure": "推進体制・職員のマインド",
    "people": "求める人材像・育成方針・目標",
    "progress": "推進状況・課題",
}
# dimension, item, label, heading of the ministry's plan, question, stages 0 to 5
ITEMS = (
    ("vision", "v_goal", "目指す姿", "計画的な取組", "どんな市町を目指してDXに取り組むか、言葉になっていますか。",
     ("話し合ったことがない", "担当者の間で話題にしたことがある", "担当課が案を文章にした", "庁内で決め、全課に知らせた",
      "住民に公表し、事業ごとに照らしている", "住民の声を聞いて毎年見直している")),
    ("vision", "v_top", "首長の発信", "組織体制の整備", "首長は、DXについて何を、だれに、どれだけ伝えていますか。",
     ("触れたことがない", "庁内の会議で触れたことがある", "年度初めなどに方針を述べた", "議会や広報で自分の言葉で説明した",
      "定例で進み具合を聞き、指示している", "首長の判断で事業の組み替えが起きている")),
    ("vision", "v_plan", "計画・方針", "計画的な取組", "DXの計画や方針はどこまでできていますか。",
     ("計画も方針もない", "作る時期と担当を決めた", "素案があり、庁内の意見を集めている", "決定して公表した",
      "年ごとの目標と担当課があり、点検している", "点検の結果で計画と予算を毎年直している")),
    ("vision", "v_budget", "予算と優先順位", "計画的な取組", "DXの経費をどう把握し、どう優先順位を付けていますか。",
     ("DXの経費を分けて見ていない", "更新の経費だけを把握している", "関係する経費を一覧にした", "一覧をもとに優先順位を付けた",
      "効果の見込みを確かめて予算にしている", "効果を測り、次の予算に生かしている")),
    ("vision", "v_issue", "課題の共有", "計画的な取組", "DXで解決したい課題を、庁内でどう共有していますか。",
     ("書き出していない", "担当課だけが挙げている", "複数の課で出し合った", "原因まで全庁で共有した",
      "課題ごとに担当と期限を決めた", "解決を確かめ、次の課題を選んでいる")),
    ("vision", "v_partner", "県・近隣との連携", "都道府県と市区町村の連携", "県や近隣の市町と、どのように連携していますか。",
     ("考えたことがない", "説明会に出ている", "共同利用の案内を庁内で検討した", "共同利用か共同調達に参加した",
      "近隣と定例で話し合っている", "ほかの市町に仕組みを提案している")),
    ("structure", "s_unit", "担当組織", "組織体制の整備", "DXを進める担当は、どのように置かれていますか。",
     ("担当が決まっていない", "情報担当が片手間で受けている", "担当者を決め、時間を割り当てた", "専任の係か課を置いた",
      "全課に推進役がいて、集まりがある", "担当課と各課が事業を一緒に設計している")),
    ("structure", "s_chief", "CIO・補佐官", "組織体制の整備", "CIOや補佐官は、どのように働いていますか。",
     ("置いていない", "置くことを検討している", "役職だけで活動がない", "CIOが会議を開いている",
      "補佐官などの専門家が助言している", "CIOが全庁の投資と人を決めている")),
    ("structure", "s_meeting", "全庁の会議", "組織体制の整備", "DXを話し合う全庁の会議は、どのように開かれていますか。",
     ("ない", "必要なときに関係課で話す", "設けたが年1回ほど", "年2回以上開き、議事を残している",
      "進み具合を数字で確かめている", "止める・組み替える判断をしている")),
    ("structure", "s_mind", "職員の受け止め", "組織体制の整備", "職員は、DXをどのように受け止めていますか。",
     ("担当課の仕事だと思われている", "一部の職員が関心を持っている", "研修のあとに試す職員が出てきた",
      "各課に自分から試す職員がいる", "課を越えて教え合っている", "業務の見直しが日常になっている")),
    ("structure", "s_process", "業務の見直し", "計画的な取組", "業務の流れを書き出し、見直していますか。",
     ("書き出していない", "一部に手順書がある", "1つ以上の業務を図にした", "図をもとに手順を減らした",
      "複数の課で見直し、時間を測った", "毎年対象を選び、効果を公表している")),
    ("structure", "s_security", "セキュリティ", "セキュリティ", "情報セキュリティの方針と対策は、どこまで見直しましたか。",
     ("見直していない", "見直しの必要を把握している", "国の指針との差を調べた", "方針を改め、職員に知らせた",
      "訓練と点検を毎年している", "結果で対策と予算を直している")),
    ("people", "p_image", "求める人材像", "デジタル人材の確保・育成", "どんな職員がほしいか、決めていますか。",
     ("考えたことがない", "担当課に思いはある", "役割を書き出した", "人材像を庁内で決めた",
      "人事課と採用・異動に使っている", "毎年見直している")),
    ("people", "p_policy", "育成方針・目標", "デジタル人材の確保・育成", "育成の方針と、人数や時期の目標はありますか。",
     ("ない", "必要性を話している", "ほかの市町の方針を調べた", "方針を決めた",
      "人数と時期の目標がある", "達成を確かめ、毎年直している")),
    ("people", "p_training", "研修", "デジタル人材の確保・育成", "DXの研修は、だれに、どのように行っていますか。",
     ("していない", "外の研修に個人で参加している", "担当課の職員に研修した", "全職員に年1回は研修している",
      "役割ごとに内容を分けている", "業務での使い方まで確かめている")),
    ("people", "p_leader", "推進リーダー", "デジタル人材の確保・育成", "各課でDXを引っ張る職員はいますか。",
     ("いない", "候補を考えている", "担当課に1人いる", "複数の課にいる",
      "全課にいて、時間が割り当てられている", "リーダーが次のリーダーを育てている")),
    ("people", "p_outside", "外部人材", "デジタル人材の確保・育成", "外部の専門家を、どのように活用していますか。",
     ("活用していない", "活用を検討している", "講師として招いた", "助言者と契約している",
      "事業の設計に加わっている", "職員が引き継ぎ、自走している")),
    ("people", "p_sharing", "教え合い", "デジタル人材の確保・育成", "学んだことを、職員どうしで教え合っていますか。",
     ("していない", "資料を回覧している", "報告会を開いたことがある", "勉強会が続いている",
      "ほかの市町とも教え合っている", "教材にして公開している")),
    ("progress", "r_front", "窓口・手続", "フロントヤード改革", "窓口や手続は、住民にとってどこまで変わりましたか。",
     ("検討していない", "担当課が情報を集めている", "一部の手続をオンラインにした", "書かない窓口などを1か所で始めた",
      "複数の窓口に広げた", "待ち時間や件数を測って直している")),
    ("progress", "r_standard", "標準化後の運用", "標準化・共通化", "標準化したあとの運用と経費を、どこまで見通していますか。",
     ("見通しがない", "ベンダーの説明を受けた", "経費の増減を試算した", "業務の手順の変更を洗い出した",
      "各課と手順を変え始めた", "運用の効果を測っている")),
    ("progress", "r_ai", "AI・RPA", "AI・RPA", "AIやRPAを、どのように使っていますか。",
     ("使っていない", "試しに使ったことがある", "1つの業務で使っている", "使い方の決まりがあり、複数の課で使っている",
      "減った時間を測っている", "職員が自分で作り、広げている")),
    ("progress", "r_telework", "テレワーク", "テレワーク", "テレワークは、どのように行われていますか。",
     ("できない", "端末だけある", "一部の職員が試した", "規程があり、だれでも申し込める",
      "災害や育児の場面で実際に使っている", "働き方の見直しにつながっている")),
    ("progress", "r_card", "マイナンバーカードの利用", "マイナンバーカード", "カードを、住民サービスにどう生かしていますか。",
     ("交付だけをしている", "利用の場面を調べている", "コンビニ交付などを始めた", "複数の手続で使える",
      "市町独自のサービスに使っている", "利用の件数を見て広げている")),
    ("progress", "r_payment", "公金の納付", "公金収納", "税や料金を、住民はどのように納められますか。",
     ("窓口と口座振替だけ", "コンビニで納められる", "一部をスマートフォンで納められる", "eLTAXなどで多くの税を納められる",
      "税以外の公金も納められる", "件数と経費を見て窓口を見直した")),
    ("progress", "r_data", "データの活用", "計画的な取組", "データを、政策や業務にどう使っていますか。",
     ("使っていない", "担当者が表計算で集計している", "課の中で図にして共有している", "課を越えてデータを持ち寄っている",
      "政策の判断に使っている", "公開し、住民や企業と使っている")),
    ("progress", "r_divide", "だれも取り残さない", "デジタルデバイド", "デジタルが苦手な人に、どのような手当てをしていますか。",
     ("していない", "窓口で個別に答えている", "講習会を開いたことがある", "講習会を続けている",
      "地域の人が教える仕組みがある", "届いていない人を調べ、訪ねている")),
)  # fmt: skip
VIGNETTES = (
    ("V1", "架空のA町", 1.2,
     "山あいの町。人口は約1万人。情報担当は総務課の2人で、ほかの仕事と兼ねている。町長は年度初めの訓示で一度DXに触れた。"
     "計画はまだないが、来年度に作ると決めた。担当課が目指す姿の案を書き始めている。全庁の会議はなく、必要なときに関係課が集まる。"
     "県の説明会には毎回出ていて、共同利用の案内を庁内で検討した。研修には若い職員が個人で参加している。"
     "求める人材像は話し合ったことがない。RPAを一度試したが、続いていない。コンビニ交付は始まっている。"
     "端末はあるがテレワークをした職員はいない。スマートフォンの講習会を昨年一度開いた。"),
    ("V2", "架空のB市", 2.6,
     "海沿いの市。人口は約5万人。デジタル推進課に4人の専任がいる。市長は議会と広報で、窓口を変える理由を自分の言葉で説明した。"
     "DX計画は3年前に公表し、年ごとの目標があるが、点検は去年からである。CIOは副市長で、年2回の会議を開き議事を残している。"
     "経費の一覧を作り、優先順位を付け始めた。住民課では業務の流れを図にし、書かない窓口を1か所で始めた。"
     "全職員に年1回の研修をし、半分の課に推進リーダーがいる。外部の専門家は講師として招いた。"
     "生成AIは決まりを作り、複数の課で使っている。公金は多くの税をスマートフォンで納められる。近隣の市とは年に数回話し合う。"),
)  # fmt: skip


def indicators_hearing(_: Workplace) -> pd.DataFrame:
    """Give the framework: four headings, then their items with six stages each."""
    blank = dict.fromkeys(["plan", "question", *(f"level_{at}" for at in range(6))])
    rows: list[dict[str, object]] = [
        {
            "indicator": name,
            "parent": None,
            "label": label,
            "direction": 1,
            "weight": 1.0,
            "unit": None,
            "low": None,
            "high": None,
        }
        | blank
        for name, label in DIMENSIONS.items()
    ]
    for parent, name, label, plan, question, stages in ITEMS:
        row = {
            "indicator": name,
            "parent": parent,
            "label": label,
            "direction": 1,
            "weight": 1.0,
            "unit": "段階",
            "low": 0,
            "high": 5,
        }
        rows.append(
            row
            | {"plan": plan, "question": question}
            | {f"level_{at}": stage for at, stage in enumerate(stages)}
        )
    return pd.DataFrame(rows).astype({"low": "Int64", "high": "Int64"})


def vignettes(_: Workplace) -> pd.DataFrame:
    """Give the two fictional towns."""
    return pd.DataFrame(
        [(code, name, text) for code, name, _, text in VIGNETTES], columns=["code", "name", "text"]
    )


def hearing_example(work: Workplace) -> pd.DataFrame:
    """Give invented answers: every municipality but Kobe by one interviewer, the fictional towns by all."""
    return _invented(work)[0]


def hearing_example_truth(work: Workplace) -> pd.DataFrame:
    """Give the levels from which the answers were invented."""
    return _invented(work)[1]


def hearing_example_raters(work: Workplace) -> pd.DataFrame:
    """Give the severity with which each invented interviewer rates."""
    return _invented(work)[2]


def _invented(work: Workplace) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(SEED)
    towns = work.read("municipalities")[["code", "area_name"]].astype(str)
    towns = towns[towns["code"] != "28100"].reset_index(drop=True)
    order = list(work.read("areas")["area_name"])
    # neighbouring areas share an interviewer, so that severity and area cannot be told apart without the fictional towns
    place = (
        towns["area_name"]
        .map({area: at for at, area in enumerate(order)})
        .rank(method="first")
        .astype(int)
        - 1
    )
    rater = (place * len(RATERS) // len(towns)).to_numpy()
    true = _levels(len(towns), random)
    severity = random.normal(0, SEVERITY_SD, len(RATERS))
    stories = np.clip(
        np.array([mean for _, _, mean, _ in VIGNETTES])[:, None]
        + random.normal(0, 0.8, (2, len(ITEMS))),
        0,
        5,
    )
    rows = [
        _answer(code, item, int(who), true=true[at, column], severity=severity[who], random=random)
        for at, (code, who) in enumerate(zip(towns["code"], rater, strict=True))
        for column, item in enumerate(ITEMS)
    ]
    rows += [
        _rating(code, item, who, true=stories[at, column], severity=severity[who], random=random)
        for who in range(len(RATERS))
        for at, (code, *_) in enumerate(VIGNETTES)
        for column, item in enumerate(ITEMS)
    ]
    columns = ["code", "item", "rater", "level", "target", "status", "evidence"]
    answers = pd.DataFrame(rows, columns=columns).astype({"level": "Int64", "target": "Int64"})
    names = [item[1] for item in ITEMS]
    truth = pd.DataFrame(true.round(3), columns=names).assign(code=towns["code"])
    long = truth.melt(id_vars="code", var_name="item", value_name="level_true").sort_values(
        ["code", "item"], ignore_index=True
    )
    raters = pd.DataFrame({"rater": RATERS, "severity_true": severity.round(4)})
    return answers, long, raters


def _levels(count: int, random: np.random.Generator) -> np.ndarray:
    """Give true levels: low on the whole, with strengths by heading and item."""
    heading = {name: at for at, name in enumerate(DIMENSIONS)}
    above = np.array([heading[item[0]] for item in ITEMS])
    town = random.normal(1.3, 0.6, count)
    strong = random.normal(0, 0.35, (count, len(DIMENSIONS)))[:, above]
    return np.asarray(
        np.clip(
            town[:, None]
            + strong
            + random.normal(0, 0.4, len(ITEMS))
            + random.normal(0, 0.5, strong.shape),
            0,
            5,
        )
    )


def _answer(
    code: str,
    item: tuple[object, ...],
    who: int,
    *,
    true: float,
    severity: float,
    random: np.random.Generator,
) -> tuple[object, ...]:
    """Invent one answer with its target; some are not given."""
    level = int(np.clip(np.round(true + severity + random.normal(0, ERROR_SD)), 0, 5))
    target = int(min(5, level + 1 + (random.random() < 0.4)))
    missing, kind, noted = (
        random.random() < MISSING,
        int(random.integers(len(STATUSES))),
        random.random() < 0.25,
    )
    if missing:
        return (code, item[1], RATERS[who], None, None, STATUSES[kind], None)
    return (
        code,
        item[1],
        RATERS[who],
        level,
        target,
        "answered",
        f"架空の根拠: {item[2]}の資料" if noted else None,
    )


def _rating(
    code: str,
    item: tuple[object, ...],
    who: int,
    *,
    true: float,
    severity: float,
    random: np.random.Generator,
) -> tuple[object, ...]:
    level = int(np.clip(np.round(true + severity + random.normal(0, ERROR_SD)), 0, 5))
    return (code, item[1], RATERS[who], level, None, "answered", None)
