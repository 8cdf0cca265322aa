"""What are the columns of courses, estimates, forms and the lists behind them called in Japanese?

`HEADINGS` takes them in; they stand in a file of their own to keep it readable.
"""

# column: (Japanese heading, unit)
SUPPORT_HEADINGS: dict[str, tuple[str, str]] = {
    # courses, sessions and seats
    "course": ("講座の記号", ""),
    "stage": ("学びの段階", ""),
    "topics": ("研修テーマの並び", ""),
    "items": ("ヒアリング項目の並び", ""),
    "needs": ("先に要る段階", ""),
    "said": ("資料の言葉", ""),
    "lesson": ("科目", ""),
    "notebook": ("ノートブック", ""),
    "exercise": ("練習の内容", ""),
    "session": ("開講の記号", ""),
    "term": ("期", ""),
    "seats": ("定員", "人"),
    "learner": ("受講者の番号", ""),
    "away": ("出られない期", ""),
    # estimates of vendors
    "estimate": ("見積もりの記号", ""),
    "yen_year": ("年額", "円"),
    "planted": ("作るときに掛けた倍率", "倍"),
    # forms and what stands behind them
    "form": ("様式の記号", ""),
    "form_title": ("様式の名前", ""),
    "form_note": ("様式の説明", ""),
    "heading": ("様式の見出し", ""),
    "choices": ("選択肢の並び", ""),
    "required": ("必ず書く（1=はい）", ""),
    "is_key": ("行を見分ける列（1=はい）", ""),
    "help": ("書き方", ""),
    "group_label": ("区分の名前", ""),
    "from_system": ("渡す業務", ""),
    "to_system": ("受ける業務", ""),
    "data": ("渡る情報", ""),
    "role": ("役割の記号", ""),
    "skill": ("スキルの記号", ""),
    "needed": ("要る段階", "段階"),
    "per_1000": ("人口1,000人あたり年の件数", "件"),
}
