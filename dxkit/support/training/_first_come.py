"""What would first come, first served give, person by person or stage by stage?

`serve_by_person` and `open_by_stage` are what the best seating is compared with.
"""

from collections import Counter
from collections.abc import Sequence

from dxkit.support.training._learning_paths import Path, Session, Wish, is_fitting
from dxkit.support.training._learning_stages import LEARNING_STAGES


def serve_by_person(
    wishes: Sequence[Wish], sessions: Sequence[Session], paths: Sequence[list[Path]], load: int
) -> dict[int, Path]:
    """Serve persons in order of application: the longest path that is still free, early terms."""
    register = _SeatRegister(wishes, sessions, load)
    for position in _sort_by_application(wishes):
        # a long path now is worth more to a person than an early one
        by_length = sorted(
            paths[position],
            key=lambda path: (-len(path), [sessions[session].term for session in path]),
        )
        free = next((path for path in by_length if register.is_free(position, path)), ())
        register.add_path(position, free)
    return register.seating


def open_by_stage(
    wishes: Sequence[Wish], sessions: Sequence[Session], load: int
) -> dict[int, Path]:
    """Open sign-up stage by stage: in order of application, each takes the earliest session."""
    register = _SeatRegister(wishes, sessions, load)
    # everybody takes what comes first in the year
    earliest = sorted(range(len(sessions)), key=lambda session: (sessions[session].term, session))
    for stage in range(len(LEARNING_STAGES)):
        for position in _sort_by_application(wishes):
            path = register.seating.get(position, ())
            reached = sessions[path[-1]].stage if path else wishes[position].stage_done
            last_term = sessions[path[-1]].term if path else 0
            # who was turned away at one stage cannot sign up for the next
            if reached != stage - 1:
                continue
            free = (
                (session,)
                for session in earliest
                if sessions[session].term >= last_term
                and is_fitting(wishes[position], sessions[session], stage)
                and register.is_free(position, (session,))
            )
            register.add_path(position, next(free, ()))
    return register.seating


def _sort_by_application(wishes: Sequence[Wish]) -> list[int]:
    """Sort the wishes by their persons' first applications, each person's dearest wish first."""
    # a person stands in the queue once, with all wishes
    arrival: dict[str, int] = {}
    for wish in wishes:
        arrival[wish.person] = min(wish.application, arrival.get(wish.person, wish.application))

    def rank(position: int) -> tuple[int, str, int, int, int]:
        wish = wishes[position]
        return arrival[wish.person], wish.person, -wish.value, wish.application, position

    return sorted(range(len(wishes)), key=rank)


class _SeatRegister:
    """The seats that are left and the hours that persons have, while seats are given out."""

    def __init__(self, wishes: Sequence[Wish], sessions: Sequence[Session], load: int) -> None:
        self.wishes = wishes
        self.sessions = sessions
        self.load = load
        self.seats_left = [session.seats for session in sessions]
        self.hours: Counter[tuple[str, int]] = Counter()
        self.seating: dict[int, Path] = {}

    def count_hours(self, position: int, path: Path) -> Counter[tuple[str, int]]:
        """Count the sessions of each term that a path takes of a person."""
        person = self.wishes[position].person
        return Counter((person, self.sessions[session].term) for session in path)

    def is_free(self, position: int, path: Path) -> bool:
        """Check that every session has a seat and the person an hour."""
        # two sessions of one path can fall into the same term
        has_hours = all(
            self.hours[key] + count <= self.load
            for key, count in self.count_hours(position, path).items()
        )
        return has_hours and all(self.seats_left[session] > 0 for session in path)

    def add_path(self, position: int, path: Path) -> None:
        """Add sessions to what a wish has."""
        if path:
            self.seating[position] = self.seating.get(position, ()) + path
        self.hours += self.count_hours(position, path)
        for session in path:
            self.seats_left[session] -= 1
