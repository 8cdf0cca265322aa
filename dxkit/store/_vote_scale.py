"""What does each vote say, in the one set of words that phone, board, workbook and record share?"""

from dxkit.schema import VOTE_WORDS

# value of a vote → its word
VOTE_LABELS = VOTE_WORDS
# value of a vote → its column in the results
VOTE_COLUMNS = {
    -2: "against_strongly",
    -1: "against",
    0: "neutral",
    1: "for",
    2: "for_strongly",
}
