"""Which numbers of the weather agency stand for a prefecture?

The agency numbers its own regions: 11–24 are parts of Hokkaido, 91–94 of Okinawa.
"""

FIRST_OF_HOKKAIDO = 11
LAST_OF_HOKKAIDO = 24
# JIS number → number of the agency, of the prefectures that have one
JMA_NUMBERS = {
    "02": "31", "03": "33", "04": "34", "05": "32", "06": "35", "07": "36", "08": "40", "09": "41",
    "10": "42", "11": "43", "12": "45", "13": "44", "14": "46", "15": "54", "16": "55", "17": "56",
    "18": "57", "19": "49", "20": "48", "21": "52", "22": "50", "23": "51", "24": "53", "25": "60",
    "26": "61", "27": "62", "28": "63", "29": "64", "30": "65", "31": "69", "32": "68", "33": "66",
    "34": "67", "35": "81", "36": "71", "37": "72", "38": "73", "39": "74", "40": "82", "41": "85",
    "42": "84", "43": "86", "44": "83", "45": "87", "46": "88",
}  # fmt: skip
OF_HOKKAIDO = frozenset(map(str, range(FIRST_OF_HOKKAIDO, LAST_OF_HOKKAIDO + 1)))
OF_OKINAWA = frozenset(["91", "92", "93", "94"])


def find_jma_numbers(prefecture: str) -> frozenset[str]:
    """Find the agency's numbers of a prefecture by its JIS number; none for an unknown one."""
    if prefecture == "01":
        return OF_HOKKAIDO
    if prefecture == "47":
        return OF_OKINAWA
    return frozenset([JMA_NUMBERS[prefecture]] if prefecture in JMA_NUMBERS else [])
