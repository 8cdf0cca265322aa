"""Which answers of a language model about a table are right, and how is it asked for better ones?

`check_answers` holds recorded answers against the tables that they are about; `score_judgements`
counts what somebody who judged them found, missed and doubted in vain; `write_prompt` writes a
question that names table, column, unit and date.
"""

from dxkit.support.answers._check_answers import check_answers
from dxkit.support.answers._score_judgements import score_judgements
from dxkit.support.answers._write_prompt import write_prompt

__all__ = ["check_answers", "score_judgements", "write_prompt"]
