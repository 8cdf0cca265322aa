"""How long may the texts be that a client sends?"""

# characters of an item, option, group or title, of a card, and of an id or a client's name
ITEM_LONGEST = 200
TEXT_LONGEST = 1000
NAME_LONGEST = 100
