"""How few may stand behind a figure that leaves the house?

Two constants that every package imports from here, so that one rule holds for tables, profiles,
records of votes and reports. They are conventions of this project, chosen on the careful side:
disclosure control commonly asks for at least three contributors to a cell, and counts of people
below ten are commonly withheld (Hundepool et al., "Statistical Disclosure Control", Wiley 2012,
chapters 4 and 5).
"""

# voters, raters, interviewers, or municipalities that are compared with: a figure over fewer of
# them shows what each of them said to the others
LEAST_PEERS = 3
# people: a count from 1 to LEAST_PEOPLE - 1 is blanked; 0 is printed
LEAST_PEOPLE = 10
