"""What does each vote say, in the one set of words that phone, board, workbook and record share?"""

# value of a vote → its word
VOTE_LABELS = {
    -2: "反対",
    -1: "やや反対",
    0: "どちらでもない",
    1: "やや賛成",
    2: "賛成",
}
# value of a vote → its column in the results
VOTE_COLUMNS = {
    -2: "against_strongly",
    -1: "against",
    0: "neutral",
    1: "for",
    2: "for_strongly",
}
