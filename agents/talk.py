"""One interaction as one console socket sees it: which events it has shown, and the frames that follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from agents.seat_view import IN_HAND, Held
from agents.showing import Shown, state_frame, taken_over_frame, transfer_frame, transfer_result_frame, turn_frame
from interactions.following import Following
from interactions.model import State
from interactions.record import Recorded
from interactions.supervisor_events import TakenOver
from interactions.transfer_events import TransferAsked, TransferEnded, Transferred
from interactions.visibility import visible_to_staff


class Talk:
    """A cursor, the last turn shown (`prev` of the next), and the last state known to the receiver."""

    def __init__(self, following: Following, held: Held, *, seat_id: UUID, shown: int) -> None:
        self.following = following
        self._seat_id = str(seat_id)
        self.resident_id = held.resident_id
        self.gone = False
        self.warned = False
        self._state = held.state
        self._shown = shown
        self._state_seq = held.last_seq

    @property
    def interaction_id(self) -> UUID:
        """Whose talk it is."""
        return self.following.interaction_id

    @property
    def talking(self) -> bool:
        """Whether its lawyer and its resident may say something to each other now."""
        return not self.gone and self._state == State.WITH_LAWYER

    def frames(self, records: Iterable[Recorded]) -> Iterator[Shown]:
        """The frames of `records`, in order, up to where the interaction leaves the seat.

        What comes after that belongs to others: the line, the next lawyer.
        """
        for record in records:
            if self.gone:
                return
            yield from self._frames_of(record)

    def _frames_of(self, record: Recorded) -> Iterator[Shown]:
        if visible_to_staff(record):
            yield turn_frame(record, prev=self._shown)
            self._shown = record.seq
        elif record.seq > self._state_seq:
            yield from self._transfer_frames(record)
        if record.to_state is not None and record.seq > self._state_seq:
            self._state = record.to_state.value
            self.gone = self._state not in IN_HAND
            yield state_frame(record)

    def _transfer_frames(self, record: Recorded) -> Iterator[Shown]:
        """What a transfer means to the seat it leaves, or would leave."""
        match record.event:
            case TransferAsked() as asked if asked.from_seat_id == self._seat_id:
                yield transfer_frame(record, asked)
            case TransferEnded() as ended if ended.from_seat_id == self._seat_id:
                yield transfer_result_frame(record, result=ended.how)
            case TakenOver() as taken:
                self.gone = taken.seat_id != self._seat_id
                if taken.from_seat_id == self._seat_id:
                    yield taken_over_frame(record)
            case Transferred() as moved:
                self.gone = moved.seat_id != self._seat_id
                if moved.from_seat_id == self._seat_id:
                    yield transfer_result_frame(record, result="accepted")
