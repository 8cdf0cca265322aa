"""What is each English code in a cell called in Japanese?"""

# column: {code: Japanese label}; one meaning a code within its column
VALUE_LABELS: dict[str, dict[str, str]] = {
    "kind": {
        "city": "市",
        "town": "町",
        "village": "村",
        "ward": "区",
        "special_ward": "特別区",
        "emergency": "指定緊急避難場所",
        "designated": "指定避難所",
        "published": "公表値",
        "derived": "加工値",
        "estimated": "推計",
        "made": "架空データ",
    },
    "status": {
        "answered": "回答",
        "declined": "回答なし",
        "unknown": "不明",
        "not_applicable": "対象外",
    },
    "sex": {"total": "計", "men": "男", "women": "女"},
    "stage": {"know": "知る", "try": "やってみる", "teach": "教え合う"},
}

# the one scale of votes: on the phone, the board, the stage, in workbooks and in the record
VOTE_WORDS: dict[int, str] = {
    -2: "反対",
    -1: "やや反対",
    0: "どちらでもない",
    1: "やや賛成",
    2: "賛成",
}
