"""Why is a file no official file, and what should the person in front of the screen do?

Whatever keeps an official file from being used becomes a `RefusalError`: a reason and a remedy in
Japanese.
"""

TRY_LATER = "しばらく待って、もう一度実行してください"
LOOK_AT_PAGE = "公表ページを開き、ファイルの今の場所を確かめてください"
CARRY_IN = "つながる端末で保存して持ち込んでください（下の手順）"
CERTIFICATE_REMEDY = (
    "庁内で通信を検査しているときは、その機器の証明書（PEM形式のファイル）を"
    "情報システム担当から受け取り、その場所を環境変数 SSL_CERT_FILE"
    "（または REQUESTS_CA_BUNDLE）に書いて、もう一度実行してください。"
    "証明書の確認を止める設定にはしないでください"
)
FILTER_REMEDY = (
    "庁内のフィルターの画面かもしれません。アドレスをブラウザーで開いて確かめ、"
    "許可を情報システム担当に頼んでください"
)
CUT_SHORT = "通信が途中で切れ、ファイルが最後まで届いていません"


class RefusalError(Exception):
    """A file that did not come or is not what it should be; becomes a `FetchError`.

    Attributes
    ----------
    problem, remedy : str
        As in `Fault`.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
