"""What do the tests of remarks share? A workbook written cell by cell, and what is said of a file."""

import warnings

import openpyxl

from dxkit import loaders
from dxkit.errors import TableWarning


def write_workbook(path, rows, change=None):
    """Write rows into the first sheet of a workbook, and change the workbook before it is saved."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change is not None:
        change(book)
    book.save(path)
    return path


def read_remarks(path, **options):
    """Read a table and the warnings about it."""
    with warnings.catch_warnings(record=True) as records:
        warnings.simplefilter("always")
        table = loaders.read_table(path, **options)
    remarks = [
        str(record.message) for record in records if issubclass(record.category, TableWarning)
    ]
    return table, remarks
