"""Which mail is a trap, how long does a password hold, and whom to tell by when?

`score_mails` counts what was found and what was a false alarm; `guess_times` says how long guessing
a password takes under stated assumptions; `follow_incident` tells what follows from the choices in
a made incident; `report_dates` gives the days by which a leak of personal data is to be reported.
"""

from dxkit.support.security._follow_incident import follow_incident
from dxkit.support.security._guess_times import guess_times
from dxkit.support.security._report_dates import report_dates
from dxkit.support.security._score_mails import MailScore, score_mails

__all__ = ["MailScore", "follow_incident", "guess_times", "report_dates", "score_mails"]
