"""Which papers does a methods paragraph cite, as BibTeX?"""

# key → type, and the fields in the order in which they are written
REFERENCES: dict[str, tuple[str, dict[str, str]]] = {
    "oecd2008": (
        "book",
        {
            "title": "Handbook on Constructing Composite Indicators: Methodology and User Guide",
            "author": "{OECD} and {Joint Research Centre of the European Commission}",
            "publisher": "OECD Publishing",
            "year": "2008",
        },
    ),
    "saisana2005": (
        "article",
        {
            "title": "Uncertainty and sensitivity analysis techniques as tools for the quality "
            "assessment of composite indicators",
            "author": "Saisana, Michaela and Saltelli, Andrea and Tarantola, Stefano",
            "journal": "Journal of the Royal Statistical Society: Series A",
            "volume": "168",
            "pages": "307--323",
            "year": "2005",
        },
    ),
    "saltelli2010": (
        "article",
        {
            "title": "Variance based sensitivity analysis of model output: Design and estimator "
            "for the total sensitivity index",
            "author": "Saltelli, Andrea and Annoni, Paola and Azzini, Ivano and Campolongo, "
            "Francesca and Ratto, Marco and Tarantola, Stefano",
            "journal": "Computer Physics Communications",
            "volume": "181",
            "pages": "259--270",
            "year": "2010",
        },
    ),
    "hennig2007": (
        "article",
        {
            "title": "Cluster-wise assessment of cluster stability",
            "author": "Hennig, Christian",
            "journal": "Computational Statistics \\& Data Analysis",
            "volume": "52",
            "pages": "258--271",
            "year": "2007",
        },
    ),
    "ward1963": (
        "article",
        {
            "title": "Hierarchical grouping to optimize an objective function",
            "author": "Ward, Joe H.",
            "journal": "Journal of the American Statistical Association",
            "volume": "58",
            "pages": "236--244",
            "year": "1963",
        },
    ),
    "church1974": (
        "article",
        {
            "title": "The maximal covering location problem",
            "author": "Church, Richard and ReVelle, Charles",
            "journal": "Papers of the Regional Science Association",
            "volume": "32",
            "pages": "101--118",
            "year": "1974",
        },
    ),
    "toregas1971": (
        "article",
        {
            "title": "The location of emergency service facilities",
            "author": "Toregas, Constantine and Swain, Ralph and ReVelle, Charles and Bergman, "
            "Lawrence",
            "journal": "Operations Research",
            "volume": "19",
            "pages": "1363--1373",
            "year": "1971",
        },
    ),
    "hogan1986": (
        "article",
        {
            "title": "Concepts and applications of backup coverage",
            "author": "Hogan, Kathleen and ReVelle, Charles",
            "journal": "Management Science",
            "volume": "32",
            "pages": "1434--1444",
            "year": "1986",
        },
    ),
    "hakimi1964": (
        "article",
        {
            "title": "Optimum locations of switching centers and the absolute centers and medians "
            "of a graph",
            "author": "Hakimi, S. Louis",
            "journal": "Operations Research",
            "volume": "12",
            "pages": "450--459",
            "year": "1964",
        },
    ),
    "fellegi1969": (
        "article",
        {
            "title": "A theory for record linkage",
            "author": "Fellegi, Ivan P. and Sunter, Alan B.",
            "journal": "Journal of the American Statistical Association",
            "volume": "64",
            "pages": "1183--1210",
            "year": "1969",
        },
    ),
    "kendall1939": (
        "article",
        {
            "title": "The problem of m rankings",
            "author": "Kendall, M. G. and Babington Smith, B.",
            "journal": "The Annals of Mathematical Statistics",
            "volume": "10",
            "pages": "275--287",
            "year": "1939",
        },
    ),
    "small2021": (
        "article",
        {
            "title": "Polis: Scaling deliberation by mapping high dimensional opinion spaces",
            "author": 'Small, Christopher and Bjorkegren, Michael and Erkkil{\\"a}, Timo and '
            "Shaw, Lynette and Megill, Colin",
            "journal": "Recerca: Revista de Pensament i An{\\`a}lisi",
            "volume": "26",
            "year": "2021",
        },
    ),
    "shapley1953": (
        "incollection",
        {
            "title": "A value for n-person games",
            "author": "Shapley, Lloyd S.",
            "booktitle": "Contributions to the Theory of Games II",
            "pages": "307--317",
            "publisher": "Princeton University Press",
            "year": "1953",
        },
    ),
    "schmeidler1969": (
        "article",
        {
            "title": "The nucleolus of a characteristic function game",
            "author": "Schmeidler, David",
            "journal": "SIAM Journal on Applied Mathematics",
            "volume": "17",
            "pages": "1163--1170",
            "year": "1969",
        },
    ),
    "rousseeuw1984": (
        "article",
        {
            "title": "Least median of squares regression",
            "author": "Rousseeuw, Peter J.",
            "journal": "Journal of the American Statistical Association",
            "volume": "79",
            "pages": "871--880",
            "year": "1984",
        },
    ),
}


def write_bibtex(kind: str, key: str, fields: dict[str, str]) -> str:
    """Write one BibTeX entry; empty fields are left out.

    Examples
    --------
    >>> print(write_bibtex("misc", "census", {"title": "国勢調査", "year": ""}))
    @misc{census,
      title = {国勢調査}
    }
    """
    lines = [f"  {name} = {{{text}}}" for name, text in fields.items() if text]
    return "\n".join([f"@{kind}{{{key},", ",\n".join(lines), "}"])
