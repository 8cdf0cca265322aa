"""What can a room be asked, and how is each kind of answer kept?

Every kind is kept with what a `Session` offers: votes, choices and cards. No entry holds more of
one person's opinion than a single mark: a ranking is kept place by place, since a whole order of
six options is nearly as telling as a name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dxkit.errors import ChoiceError, shorten
from dxkit.store import ITEM_LONGEST, TEXT_LONGEST, Session, check_text, check_vote

# each kind and what the officer calls it
KINDS = {
    "scale": "賛否（−2〜2）",
    "choice": "1つ選ぶ",
    "ranking": "順位をつける",
    "words": "ひとこと",
    "open": "自由な意見",
}
WITH_OPTIONS = ("choice", "ranking")
WITH_CARDS = ("words", "open")
LEAST_OPTIONS = 2
MOST_OPTIONS = 12
# places of a ranking that are asked for
PLACES = 3
WORD_LONGEST = 20
SUPPORT = "支持する"
# letters of a card in the name of its support
SUPPORT_LONGEST = 60
ID_SHOWN = 6


@dataclass(frozen=True)
class Question:
    """One question to the room.

    Attributes
    ----------
    label
        What is read.
    kind
        ``scale`` (-2 to 2), ``choice``, ``ranking``, ``words`` or ``open``.
    options
        What is chosen from or ranked; only for these two kinds.
    key
        Under which id the answers are kept; the label when empty.

    Raises
    ------
    ChoiceError
        If the kind is unknown, or options are missing, too many, double or out of place.

    Examples
    --------
    >>> Question("次の会の時間帯", "choice", ("午前", "午後")).key
    '次の会の時間帯'
    """

    label: str
    kind: str = "scale"
    options: tuple[str, ...] = ()
    key: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ChoiceError(
                f"問いの種類「{shorten(self.kind)}」はありません。選べるもの: {'、'.join(KINDS)}。"
            )
        # the places of a ranking are kept under the label with a few letters more
        longest = ITEM_LONGEST - len("（1位）") if self.kind == "ranking" else ITEM_LONGEST
        label = check_text(self.label, "問い", longest=longest)
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "key", self.key or label)
        object.__setattr__(self, "options", self._read_options())

    def describe(self) -> dict[str, Any]:
        """Describe it for a phone."""
        return {
            "key": self.key,
            "label": self.label,
            "kind": self.kind,
            "options": list(self.options),
        }

    @property
    def place_items(self) -> list[str]:
        """The items under which the places of a ranking are kept."""
        return [f"{self.key}（{place}位）" for place in range(1, self.place_count + 1)]

    @property
    def place_count(self) -> int:
        """How many places of a ranking are asked for."""
        return min(PLACES, len(self.options))

    def _read_options(self) -> tuple[str, ...]:
        options = tuple(
            check_text(option, "選択肢", longest=ITEM_LONGEST) for option in self.options
        )
        if self.kind not in WITH_OPTIONS:
            if options:
                raise ChoiceError(
                    f"「{shorten(self.label)}」（{KINDS[self.kind]}）に選択肢は要りません。"
                )
            return options
        if not LEAST_OPTIONS <= len(options) <= MOST_OPTIONS or len(set(options)) < len(options):
            raise ChoiceError(
                f"「{shorten(self.label)}」の選択肢は、違うものを"
                f"{LEAST_OPTIONS}〜{MOST_OPTIONS}個にしてください（今は{len(options)}個: "
                f"{'、'.join(map(shorten, options))}）。"
            )
        return options


def read_questions(items: Sequence[Any] | Mapping[str, str]) -> dict[str, Question]:
    """Read questions by their keys; a plain text is one on the scale from -2 to 2.

    Raises
    ------
    ChoiceError
        If there is none, two are the same, or one is no text.
    """
    # a text is a sequence of its letters: surely not what was meant
    if isinstance(items, str):
        raise ChoiceError(
            f"items=「{items}」は1つの文字列です。['{items}'] のように並びで渡してください。"
        )
    pairs: list[tuple[str, str | Question]]
    if isinstance(items, Mapping):
        pairs = list(items.items())
    else:
        pairs = [(item.key, item) if isinstance(item, Question) else (item, item) for item in items]
    if not pairs or len(dict(pairs)) < len(pairs):
        problem = "重なっています" if pairs else "ありません"
        raise ChoiceError(f"投票の項目が{problem}: {list(items)}。1つずつ違う名前にしてください。")
    texts = [text for pair in pairs for text in pair if not isinstance(text, Question)]
    unusable = [text for text in texts if not isinstance(text, str) or not text.strip()]
    if unusable:
        raise ChoiceError(f"投票の項目「{unusable[0]}」は使えません。空でない文字にしてください。")
    return {
        key: item if isinstance(item, Question) else Question(item, key=key) for key, item in pairs
    }


def store_answer(
    session: Session, question: Question, answer: Mapping[str, Any], client: str, entry_id: str
) -> str:
    """Keep a phone's answer; sent again with the same id it counts once.

    Returns
    -------
    str
        The receipt of a vote, by which its sender finds it in the record; else empty.

    Raises
    ------
    ChoiceError
        If it does not fit the question.
    StoreError
        If the database refuses.
    """
    if question.kind == "scale":
        value = check_vote(answer.get("value"))
        return session.vote(item=question.key, value=value, client=client, id=entry_id).code
    if question.kind == "choice":
        option = _check_option(question, answer.get("option"))
        session.choose(item=question.key, option=option, client=client, id=entry_id)
    elif question.kind == "ranking":
        for place, option in enumerate(_check_ranking(question, answer.get("ranking"))):
            item = question.place_items[place]
            # an id of its own for each place: what is missing after a crash is sent again
            session.choose(item=item, option=option, client=client, id=f"{entry_id}{place}")
    else:
        store_card(session, question, answer, client, entry_id)
    return ""


def store_card(
    session: Session, question: Question, answer: Mapping[str, Any], client: str, entry_id: str
) -> None:
    """Keep a word or an opinion as a card under its question."""
    longest = WORD_LONGEST if question.kind == "words" else TEXT_LONGEST
    text = check_text(answer.get("text"), "ことば", longest=longest)
    session.note(text=text, group=question.label, client=client, id=entry_id)


def write_vote_value(value: int) -> str:
    """Write a vote's value with a sign that reads well."""
    return f"{value:+d}".replace("-", "−") if value else "0"


def name_support(card: Mapping[str, Any]) -> str:
    """Name the item under which a card's support is kept, so that a record can be read."""
    return f"支持: {str(card['text'])[:SUPPORT_LONGEST]}（{str(card['id'])[:ID_SHOWN]}）"


def _check_option(question: Question, option: object) -> str:
    if not isinstance(option, str) or option not in question.options:
        raise ChoiceError(
            f"選択肢「{shorten(option)}」は「{shorten(question.label)}」にありません。"
            "画面を開き直してください。"
        )
    return option


def _check_ranking(question: Question, ranking: object) -> list[str]:
    if not isinstance(ranking, list) or len(ranking) != question.place_count:
        raise ChoiceError(
            f"「{shorten(question.label)}」は、{question.place_count}位まで選んでください。"
        )
    options = [_check_option(question, option) for option in ranking]
    if len(set(options)) < len(options):
        raise ChoiceError("同じものを2回選んでいます。順位ごとに違うものを選んでください。")
    return options
