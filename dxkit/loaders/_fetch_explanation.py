"""What does a person read whose official file did not come?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dxkit.errors import FetchError
from dxkit.loaders._fetch_carried import list_similar_names
from dxkit.loaders._fetch_refusal import RefusalError

CHECK_PLACE = "空き容量と権限を確かめるか、環境変数 DXKIT_CACHE に別の場所を書いてください"


@dataclass(frozen=True)
class OfficialFile:
    """A row of the table ``downloads``, where its file belongs, and the files of all rows."""

    name: str
    label: str
    url: str
    page: str
    file: str
    how: str
    reader: str
    folder: Path
    all_files: tuple[str, ...]

    @property
    def place(self) -> Path:
        """The whole path of the file."""
        return self.folder / self.file


@dataclass
class Explanation:
    """How refusals of one official file become a `FetchError`.

    Attributes
    ----------
    official : OfficialFile
    where : str
        Where it happened: a place on this machine or an address.
    disk_problem : str
        What an error of this machine's disk means here.
    outcome : str
        What became of the file.
    """

    official: OfficialFile
    where: str
    disk_problem: str
    outcome: str = "を取得できませんでした"

    @contextmanager
    def of_refusals(self) -> Iterator[None]:
        """Turn refusals and errors of the disk into the error that a person reads."""
        try:
            yield
        except RefusalError as refusal:
            raise self.make_error(refusal) from refusal
        except FetchError:
            # an OSError, too, but one that is explained already
            raise
        except OSError as error:
            problem = f"{self.disk_problem}（{error.strerror}）"
            raise self.make_error(RefusalError(problem, CHECK_PLACE)) from error

    def make_error(self, refusal: RefusalError) -> FetchError:
        """Say what happened, where, what to do, and how to bring the file in by hand."""
        official = self.official
        return FetchError(
            f"「{official.label}」のファイル「{official.file}」{self.outcome}。"
            f"{refusal.problem}。\n{self.where}\nどうするか: {refusal.remedy}。\n"
            f"持ち込むとき: つながる端末で {official.page} を開き、"
            f"「{official.file}」（{official.how}）をこの名前で保存して、次の場所に置いてください:\n"
            f"  {official.place}\n"
            f'置いたあと、もう一度 fetch("{official.name}") を実行するか、'
            f"{official.reader} にファイルの場所を渡してください。{self._point_out_similar()}"
        )

    def _point_out_similar(self) -> str:
        """Point out files under other names: people keep the name that their browser gave."""
        official = self.official
        names = list_similar_names(official.folder, official.file, official.all_files)
        if not names:
            return ""
        listed = "、".join(f"「{name}」" for name in names)
        return (
            f"\n置き場所に {listed} があります。求めるファイルなら、名前を"
            f"「{official.file}」に直してください。"
        )
