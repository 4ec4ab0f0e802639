"""From a frame to what it asks for: one method a frame, each answered by an `ack` or refused by an error."""

from __future__ import annotations

from uuid import UUID

from agents.attempts import Attempts
from agents.declining import decline_code
from agents.errors import NoSeat
from agents.frames import (
    Accept,
    Assign,
    ByHand,
    CallbackAttempt,
    CancelTransfer,
    CloseByHand,
    Command,
    Decline,
    HandBack,
    InHand,
    Join,
    Note,
    Parties,
    Release,
    Say,
    SetStatus,
    SignOut,
    TakeOver,
    Transfer,
    Watch,
    Whisper,
    WrapUp,
)
from agents.handing_back import HandingBack
from agents.parties import Naming
from agents.ports import Offers
from agents.roles import Right, Viewer
from agents.roster import Roster, Sitting
from agents.seat_stream import SeatStream
from agents.serving import Server, Serving
from agents.showing import Shown, ack_frame
from agents.signing_out import SigningOut
from agents.supervising import Supervising
from agents.transferring import Target, Transferring
from agents.wrapping_up import Classification
from interactions.model import SeatStatus
from interactions.record import RepeatKey, Written


class Commands:
    """What a console may ask for."""

    def __init__(
        self,
        *,
        serving: Serving,
        attempts: Attempts,
        transferring: Transferring,
        naming: Naming,
        supervising: Supervising,
        offers: Offers,
        roster: Roster,
        handing_back: HandingBack,
        signing_out: SigningOut,
    ) -> None:
        self._serving = serving
        self._attempts = attempts
        self._transferring = transferring
        self._naming = naming
        self._supervising = supervising
        self._offers = offers
        self._roster = roster
        self._handing_back = handing_back
        self._signing_out = signing_out

    async def carry_out(self, command: Command, *, sitting: Sitting, stream: SeatStream) -> Shown:
        """The ack of `command`; raises what it is refused with. A repeated `client_id` is acknowledged again."""
        if not stream.seated:
            raise NoSeat("您已签出，请重新签入")
        if isinstance(command, SetStatus):
            status = SeatStatus(command.status)
            if status is SeatStatus.AVAILABLE:
                # A supervisor's desk is offered nothing: it must not look as if it were.
                stream.viewer.require(Right.SERVE)
            await self._roster.set_status(sitting, status, reason=command.reason or None)
            return ack_frame(client_id=command.client_id)
        if isinstance(command, SignOut):
            await self._signing_out.sign_out(sitting.account_id, drafts=command.drafts)
            return ack_frame(client_id=command.client_id)
        if isinstance(command, ByHand):
            written = await self._by_hand(command, stream.viewer, sitting)
        else:
            written = await self._written(command, sitting, stream)
        return ack_frame(client_id=command.client_id, interaction_id=written.interaction_id, seq=written.seq)

    async def _written(self, command: Accept | Decline | InHand, sitting: Sitting, stream: SeatStream) -> Written:
        repeat_of = _repeat_key(command, sitting.account_id)
        if isinstance(command, Accept | Decline):
            with stream.answering(command.offer_id):
                return await self._answer(command, sitting, repeat_of)
        server = Server(sitting.account_id, sitting.seat_id)
        return await self._serve(command, server, repeat_of)

    async def _by_hand(self, command: ByHand, viewer: Viewer, desk: Sitting) -> Written:
        repeat_of, about = _repeat_key(command, viewer.account_id), command.interaction_id
        match command:
            case Watch():
                return await self._supervising.watch(viewer, interaction_id=about, repeat_of=repeat_of)
            case Whisper():
                return await self._supervising.whisper(
                    viewer, interaction_id=about, text=command.text, repeat_of=repeat_of
                )
            case Join():
                return await self._supervising.join(
                    viewer, interaction_id=about, text=command.text, repeat_of=repeat_of
                )
            case _:
                return await self._decide(command, viewer, desk, repeat_of)

    async def _decide(
        self, command: TakeOver | Assign | CloseByHand, viewer: Viewer, desk: Sitting, repeat_of: RepeatKey | None
    ) -> Written:
        """What changes whose it is."""
        about = command.interaction_id
        match command:
            case TakeOver():
                return await self._supervising.take_over(viewer, desk, interaction_id=about, repeat_of=repeat_of)
            case Assign():
                return await self._supervising.assign(
                    viewer, interaction_id=about, seat=command.seat, repeat_of=repeat_of
                )
            case CloseByHand():
                return await self._supervising.close(
                    viewer, interaction_id=about, reason=command.reason, repeat_of=repeat_of
                )

    async def _answer(self, command: Accept | Decline, sitting: Sitting, repeat_of: RepeatKey | None) -> Written:
        seat_id, account_id = sitting.seat_id, sitting.account_id
        if isinstance(command, Accept):
            return await self._offers.accept(
                command.offer_id, seat_id=seat_id, account_id=account_id, repeat_of=repeat_of
            )
        reason = decline_code(command.reason)
        return await self._offers.decline(
            command.offer_id, seat_id=seat_id, account_id=account_id, reason=reason, repeat_of=repeat_of
        )

    async def _serve(self, command: InHand, server: Server, repeat_of: RepeatKey | None) -> Written:
        match command:
            case Say():
                return await self._serving.say(
                    server, interaction_id=command.interaction_id, text=command.text, repeat_of=repeat_of
                )
            case Note():
                return await self._serving.note(
                    server, interaction_id=command.interaction_id, text=command.text, repeat_of=repeat_of
                )
            case Release():
                return await self._serving.release(server, interaction_id=command.interaction_id, repeat_of=repeat_of)
            case WrapUp():
                return await self._serving.wrap_up(
                    server, interaction_id=command.interaction_id, form=_form(command), repeat_of=repeat_of
                )
            case CallbackAttempt():
                return await self._attempts.record(
                    server, interaction_id=command.interaction_id, result=command.result, repeat_of=repeat_of
                )
            case _:
                return await self._hand_on(command, server, repeat_of)

    async def _hand_on(
        self, command: HandBack | Transfer | Parties | CancelTransfer, server: Server, repeat_of: RepeatKey | None
    ) -> Written:
        """To another lawyer, or back in line for whoever comes next."""
        match command:
            case HandBack():
                return await self._handing_back.hand_back(
                    server, interaction_id=command.interaction_id, note=command.note, repeat_of=repeat_of
                )
            case Transfer():
                target = Target(command.to.matter, command.to.seat)
                return await self._transferring.ask(
                    server, interaction_id=command.interaction_id, to=target, note=command.note, repeat_of=repeat_of
                )
            case Parties():
                return await self._naming.name(
                    server,
                    interaction_id=command.interaction_id,
                    own=command.own,
                    other=command.other,
                    repeat_of=repeat_of,
                )
            case CancelTransfer():
                return await self._transferring.cancel(
                    server, interaction_id=command.interaction_id, repeat_of=repeat_of
                )


def _repeat_key(command: Command, account_id: UUID) -> RepeatKey | None:
    return RepeatKey(account_id, command.client_id) if command.client_id else None


def _form(command: WrapUp) -> Classification:
    place = command.place
    return Classification(
        matter=command.matter,
        district=command.district,
        request_kind=command.request_kind,
        outcome=command.outcome,
        summary=command.summary,
        kinds=command.kinds,
        caller_groups=command.caller_groups,
        place_district=place.district if place else None,
        street=(place.street or None) if place else None,
        other_party=command.other_party,
        aid_informed=command.aid_informed,
    )
