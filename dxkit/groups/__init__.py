"""Who meets with whom, and why?

`form` makes the groups of one meeting, with a bound on request; every group can be explained in a sentence.
"""

from dxkit.groups.forming import Groups, form

__all__ = ["Groups", "form"]
