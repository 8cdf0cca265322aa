"""How does an entry of a session reach the store, under whose name, and what is answered?

The entry is made, signed and answered here; `Database` in ``_entry_commits.py`` commits it.
"""

import warnings
from collections.abc import Mapping
from typing import Any

from dxkit.errors import ChoiceError, TableWarning, shorten
from dxkit.store._entry_commits import REFUSED_WHEN_SEALED
from dxkit.store._entry_row import is_same_entry, make_row
from dxkit.store._pending_entry import SealedError
from dxkit.store._pseudonyms import make_author, make_receipt_code, mask_voter
from dxkit.store._receipt import Receipt
from dxkit.store._record import Record
from dxkit.store._text_checks import check_name

# frames from the warning to the user's line: this method, the session's method, and for methods
# that take an old keyword the function that translates it
DIRECT_CALL = 3
TRANSLATED_CALL = 4


class SignedEntries(Record):
    """The writing side of a `Session`."""

    def _hash_client(self, client: str, row: Mapping[str, Any]) -> str:
        """Hash a client's name for an entry: nobody can go back to it without the secret."""
        secret = self._require_secret()
        name = check_name(client, "端末")
        return make_author(secret, name, kind=row["kind"], item=row["item"], entry_id=row["id"])

    def _add_entry(
        self,
        kind: str,
        entry_id: str | None,
        client: str | None,
        fields: Mapping[str, Any],
        *,
        stacklevel: int = DIRECT_CALL,
    ) -> Receipt:
        """Write an entry; the facilitator's (``client=None``) has no author."""
        row = make_row(kind, entry_id, fields)
        if kind in REFUSED_WHEN_SEALED:
            self._require_secret()
        if client is not None:
            row["author"] = self._hash_client(client, row)
            if kind == "vote":
                secret = self._require_secret()
                row["voter"] = mask_voter(secret, client)
                row["text"] = make_receipt_code(
                    secret, client, item=row["item"], value=row["value"]
                )
        try:
            is_new, stored = self._database.add_entry(row)
        except SealedError:
            # another program has sealed it, and destroys the file: this one forgets the secret, too
            self._database.key.forget()
            self._require_secret()
            raise
        # an id may come twice: sent again, or used for something else by mistake
        is_same = is_same_entry(stored, row)
        if not is_same:
            message = (
                f"id「{shorten(row['id'])}」は別の内容で使われています。"
                "前の内容を残し、今回のものは保存していません。"
            )
            warnings.warn(message, TableWarning, stacklevel=stacklevel)
        code = str(stored["text"]) if stored["kind"] == "vote" else ""
        return Receipt(row["id"], int(stored["number"]), is_new, is_same, code)

    def _find_entry(self, entry_id: str) -> dict[str, Any]:
        # also an id that could never have been stored is refused as such
        name = check_name(entry_id, "id")
        for entry in self._database.read_entries()[0]:
            if entry["id"] == name:
                return entry
        raise ChoiceError(
            f"id「{shorten(entry_id)}」の記録はありません。history() の id を確かめてください。"
        )
