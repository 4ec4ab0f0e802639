"""Floor 4: one front desk behind every channel, and what time alone brings about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from agents.calendar import DayKind, load_calendars
from agents.overdue import Overdue
from agents.talk_end import TalkEnd
from bots.conversation import Conversation
from bots.ports import Bot
from bots.stand_in import StandIn
from hotline.absences import Absences
from hotline.bot_turns import BotTurns
from hotline.callback_offers import CallbackOffers
from hotline.care import Care
from hotline.channels.web.deps import Live, WebChatDeps
from hotline.channels.web.gateway import WebChat
from hotline.channels.web.tokens import ResidentTokens
from hotline.content_watch import ContentWatch, LiveTalker
from hotline.coverage_watch import CoverageWatch
from hotline.front_desk import FrontDesk
from hotline.last_seat import LastSeat
from hotline.leaving import Leaving
from hotline.residents import ResidentInteractions
from hotline.resuming import Resuming
from hotline.seat_names import SeatNames
from hotline.settings import Settings
from hotline.staffed_hours import staffing_of
from hotline.suggesting import Suggesting
from hotline.upkeep import Upkeep
from hotline.windows import Limits
from hotline.wiring.agents import Agents, address_of, farewell
from hotline.wiring.bot import conversation_of, load_bot, suggester_of
from hotline.wiring.ground import Ground
from hotline.wiring.routing import Routing
from hotline.wishes import Promising
from hotline.work_items import WorkItems
from hotline.work_phrases import Words
from interactions.stuck import Stuck


@dataclass(frozen=True, slots=True)
class Residents:
    """Residents' side: the bot's turns, their channels, and what time alone brings about."""

    bot_turns: BotTurns
    web_chat: WebChat
    upkeep: Upkeep


def residents_of(ground: Ground, routing: Routing, agents: Agents, *, bot: Bot) -> Residents:
    """One front desk behind every channel."""
    database, log, clock = ground.database, ground.log, ground.clock
    care = Care(ground.settings.routing, ground.settings.city.matters)
    suggesting = Suggesting(suggester_of(ground.settings))
    live = LiveTalker(conversation_of(ground.settings, bot, clock=clock))
    bot_turns = BotTurns(
        live,
        database=database,
        shared_commit=ground.shared_commit,
        reader=ground.reader,
        care=care,
        suggesting=suggesting,
        clock=clock,
        metrics=ground.metrics,
        process_id=agents.presence.process_id,
    )
    talk_end = TalkEnd(log=log, ratings=agents.ratings, clock=clock, farewell=farewell)
    leaving = Leaving(database, log=log, offers=routing.offers, ratings=agents.ratings, talk_end=talk_end, clock=clock)
    front_desk = FrontDesk(
        database=database,
        shared_commit=ground.shared_commit,
        opening=ground.opening,
        care=care,
        suggesting=suggesting,
        bot_turns=bot_turns,
        leaving=leaving,
        work_items=_work_items(ground, routing, care=care),
        resuming=Resuming(
            database,
            log=log,
            clock=clock,
            settings=ground.settings.routing,
            serving=ground.settings.agents.serving,
        ),
        ratings=agents.ratings,
        clock=clock,
    )
    web_chat = _web_chat(ground, routing, agents, front_desk=front_desk)
    callback_offers = _callback_offers(ground, routing)
    upkeep = Upkeep(
        database=database,
        leaving=leaving,
        absences=Absences(database, clock=clock, absent_s=ground.settings.channels.web_chat.absent_s),
        bot_turns=bot_turns,
        content=_content_watch(ground, live),
        clock=clock,
        metrics=ground.metrics,
        settings=ground.settings.channels.web_chat,
        heads_folder=ground.settings.data_folder / "heads",
        timezone=ZoneInfo(ground.settings.city.timezone),
        stuck=Stuck(database, clock=clock),
        keep=ground.settings.interactions.keep,
        coverage=CoverageWatch(
            staffing_of(ground.settings, database=database, clock=clock), clock=clock, metrics=ground.metrics
        ),
        overdue=Overdue(
            database,
            log=log,
            clock=clock,
            settings=ground.settings.agents.roster,
            serving=ground.settings.agents.serving,
        ),
        last_seat=LastSeat(database, callback_offers, clock, ground.metrics, ground.settings.routing.grace_s),
        callback_offers=callback_offers,
        offers_s=ground.settings.routing.callback.look_s,
        rate_limit=ground.rate_limit,
    )
    return Residents(bot_turns, web_chat, upkeep)


def _content_watch(ground: Ground, live: LiveTalker) -> ContentWatch:
    settings, clock = ground.settings, ground.clock

    def built() -> Conversation:
        bot = load_bot(settings, kept_in=settings.data_folder / "bot", clock=clock)
        if isinstance(bot, StandIn):
            # Rasa's model is of the content before: until it is trained anew, retrieval answers, and that is counted.
            bot.on_stood_in(ground.metrics.stood_in)
        return conversation_of(settings, bot, clock=clock)

    return ContentWatch(
        live,
        files=settings.bots.content,
        beside=settings.bots.changed_statutes,
        build=built,
        metrics=ground.metrics,
    )


def _callback_offers(ground: Ground, routing: Routing) -> CallbackOffers:
    return CallbackOffers(
        ground.database,
        shared_commit=ground.shared_commit,
        places=routing.places,
        settings=ground.settings.routing.callback,
    )


def _window_limits(settings: Settings) -> Limits:
    """When a callback may be asked for."""
    callback = settings.routing.callback
    return Limits(timedelta(days=callback.horizon_days), timedelta(seconds=callback.shortest_window_s))


def _work_items(ground: Ground, routing: Routing, *, care: Care) -> WorkItems:
    """Promises in the city's time."""
    zone, settings = ZoneInfo(ground.settings.city.timezone), ground.settings.routing
    calendar = load_calendars(ground.settings.agents.roster.calendars)
    return WorkItems(
        ground.database,
        log=ground.log,
        opening=ground.opening,
        offers=routing.offers,
        promising=Promising(care, settings, zone, Words(zone), works=lambda day: calendar.kind(day) is DayKind.WORKDAY),
        clock=ground.clock,
    )


def _web_chat(ground: Ground, routing: Routing, agents: Agents, *, front_desk: FrontDesk) -> WebChat:
    settings = ground.settings.channels.web_chat
    return WebChat(
        WebChatDeps(
            front_desk=front_desk,
            tokens=ResidentTokens(ground.database, clock=ground.clock, days=settings.token_days),
            interactions=ResidentInteractions(ground.database),
            reader=ground.reader,
            changes=ground.changes,
            presence=agents.presence,
            places=routing.places,
            seat_names=SeatNames(ground.database),
            rate_limit=ground.rate_limit,
            clock=ground.clock,
            settings=settings,
            zone=ZoneInfo(ground.settings.city.timezone),
            window_limits=_window_limits(ground.settings),
            rating_window=timedelta(seconds=ground.settings.agents.serving.rating_window_s),
            live=Live(),
            rescued=ground.metrics.rescued,
        ),
        address_of=address_of,
    )
