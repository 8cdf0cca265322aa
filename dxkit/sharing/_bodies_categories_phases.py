"""Which words does the law table use for bodies, kinds of information, phases and certainty?

English name in the program → Japanese word in the table; both are accepted wherever one is asked
for.
"""

NOTICE = "教材であり法的助言ではない"
# verdicts on one disclosure: a ground whose text was read, only one that was not read, none
ALLOWED = "可"
TO_BE_CHECKED = "要確認"
NO_GROUND = "根拠なし"
BODIES = {
    "home": "避難元市町",
    "host": "避難先市町",
    "another_host": "別の避難先市町",
    "outside": "県外市町",
    "other": "他の市町",
    "prefecture": "県",
    "other_prefecture": "他府県",
    "state": "国",
    "rescuers": "救助機関",
    "supporters": "避難支援等関係者",
    "welfare_council": "社会福祉協議会",
    "registered_group": "登録被災者援護協力団体",
    "private_group": "民間団体",
    "hotel": "民間宿泊施設",
    "business": "民間事業者",
    "family": "家族等",
    "person": "本人",
}
CATEGORIES = {
    "whereabouts": "所在",
    "ledger": "台帳情報",
    "support_list": "要支援者名簿",
    "care": "要配慮情報",
    "plan": "個別避難計画",
    "number": "個人番号",
}
PHASES = {"peace": "平時", "72h": "72時間以内", "response": "応急期", "recovery": "復旧期"}
# from the most urgent on: what may be told in a later one may be told in an earlier one, too,
# and what may be told in peace at any time
URGENCY = ("72時間以内", "応急期", "復旧期", "平時")
# how far the text behind a row was read; the last one makes its verdict 要確認
CERTAINTIES = ("条文を確認", "一部を確認", "要確認")
# the second one asks for the person's consent
CONSENTS = ("問わない", "あり")
# whether a row needs an ordinance of the home municipality, and what is known of one
ORDINANCE_NEEDS = ("不要", "要る")
ORDINANCE_STATES = ("要確認", "あり", "なし")
# axes of the law table, in the order in which every lookup is indexed
DIMENSIONS = (("from_", BODIES), ("to", BODIES), ("category", CATEGORIES), ("phase", PHASES))
