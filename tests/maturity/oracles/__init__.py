"""The handbook's formulas once more, one unit after another, without the toolkit.

Loops instead of matrices, so that a shared mistake is unlikely. A test sees to it that nothing here
imports the toolkit.
"""
