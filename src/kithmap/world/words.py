"""The words of workers: how they write schools and places, and what they say happened."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from kithmap.world.names import read_words
from kithmap.world.streams import Ints

SCHOOL_WAYS = 6
PLACE_WAYS = 5
_SHORT = (
    ("Community School", "Comm Sch"), ("High School", "High"), ("Primary School", "Prim Sch"), ("Junior School", "Jnr Sch"),
    ("Primary Academy", "Prim Acad"), ("Pupil Referral Unit", "PRU"), ("Academy", "Acad"), ("College", "Coll"), ("School", "Sch"),
)  # fmt: skip
_KINDS = (
    " Community School",
    " High School",
    " Primary School",
    " Junior School",
    " Primary Academy",
    " Academy",
    " School",
)
_PLACE_SHORT = (
    (" Park", " Pk"), (" Road", " Rd"), (" Street", " St"), (" Avenue", " Ave"), (" Close", " Cl"), (" Lane", " Ln"),
    (" Gardens", " Gdns"), (" Crescent", " Cres"), (" Estate", " Est"), (" High St", " High St"),
)  # fmt: skip

WEAPONS = (
    "knife",
    "kitchen knife",
    "machete",
    "none",
    "none",
    "none",
    "blunt object",
    "none",
    "screwdriver",
    "bottle",
    "imitation firearm",
)
SYV_MO = (
    "Suspects approached victim and punched him to the face several times before making off.",
    "Group of youths surrounded victim, threats made, mobile phone demanded.",
    "Victim chased by group, struck with belt, ran into shop for safety.",
    "Fight between two groups of pupils, one seen with what looked like a blade. No injury to thigh or torso.",
    "Victim kicked on the ground by three males. Bruising to ribs. Refused hospital.",
    "Victim slashed to the hand while trying to fend off suspect. Taken to hospital by friend.",
    "Ongoing dispute between groups, filmed and shared. Victim assaulted outside school gates.",
    "Stab wound to upper arm, not life threatening. Victim unwilling to name suspects.",
)
CSE_MO = (
    "Victim states she was given vodka and asked to send images, then threatened they would be shared.",
    "Victim reported she was pressured to go with older boys to an address and felt unable to leave.",
    "Images of victim shared in a group chat after she ended contact. Suspect known from school.",
    "Victim told worker that she was expected to have sex with group members to be allowed to stay.",
    "Victim met suspect online, gifts received, then pressure to meet his friends.",
)
HSB_MO = (
    "Suspect touched victim over clothing on the stairs between lessons without consent.",
    "Victim disclosed repeated sexualised comments and being grabbed in a stairwell.",
    "Younger pupil shown pornography by older pupil and asked to copy it.",
    "Suspect exposed himself to victim and two others. Both attend the same school.",
)
TRA_MO = (
    "Ex-boyfriend waited outside school and took victim's phone to check messages.",
    "Victim slapped by boyfriend during an argument, previous unreported incidents disclosed.",
    "Suspect sent over 100 messages in a day and threatened self harm if victim left him.",
    "Boyfriend decides who victim may see and follows her on the bus home.",
)
CCE_MO = (
    "Victim found with wraps and two phones, states he owes a debt to older boys.",
    "Victim made to carry a package to another town and left there overnight.",
    "Suspects took over the flat of a vulnerable tenant; young people seen coming and going.",
)
MO = (SYV_MO, CSE_MO, HSB_MO, TRA_MO, CCE_MO)
THIGH_MO = (
    "Female victim self-presented with a minor stab wound to the left thigh. Says she fell, then that a boy she knows did it.",
    "Victim has a small puncture wound to upper leg (thigh), caused by a blade. Suspect is known to her from her friends.",
    "Superficial stab wound to the right thigh, treated and discharged. Victim will not say who did this.",
)
INJURIES = (
    "none",
    "bruising",
    "minor cut",
    "slash to hand",
    "bruised ribs",
    "swelling to face",
    "stab wound to arm",
    "none apparent",
)
PLATFORMS = (
    "Snapchat",
    "Instagram",
    "TikTok",
    "WhatsApp group",
    "Discord",
    "snap",
    "insta",
    "WhatsApp",
    "Roblox",
    "Telegram",
)
DRIVER_WORDS = (
    "Large group of school children fighting upper deck, bus held.", "Youths refusing to leave bus, abuse to driver.",
    "Girl upset and followed off bus by two boys.", "Group boarding by rear doors, pushing, no fares.",
    "Youths throwing items from upper deck.", "Argument between two groups at stop, one had a belt.",
    "Youths smoking and shouting at passengers.", "Boy with blood on face boarded and asked for help.",
)  # fmt: skip


def pick(rng: np.random.Generator, pool: Sequence[str], size: int) -> pl.Series:
    """Pick a text for each row."""
    return pl.Series(list(pool), dtype=pl.String).gather(rng.integers(0, len(pool), size))


def pick_by(rng: np.random.Generator, pools: Sequence[Sequence[str]], which: Ints) -> pl.Series:
    """Pick a text for each row from the pool of its kind."""
    starts = np.cumsum([0] + [len(pool) for pool in pools[:-1]])
    sizes = np.array([len(pool) for pool in pools])[which]
    flat = pl.Series([text for pool in pools for text in pool])
    return flat.gather(starts[which] + (rng.random(len(which)) * sizes).astype(np.int64))


def _shorten(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    for long, short in pairs:
        text = text.replace(long, short)
    return text


def school_table(names: pl.Series) -> pl.Series:
    """Six ways to write each school, one after another."""
    ways = []
    for name in names.to_list():
        bare = next((name.removesuffix(kind) for kind in _KINDS if name.endswith(kind)), name)
        short = _shorten(name, _SHORT)
        park = _shorten(short, ((" Park", " Pk"), (" Grove", " Grv"), (" Court", " Ct")))
        ways += [name, name, name.upper(), short, park, bare]
    return pl.Series(ways)


def place_table(names: pl.Series) -> pl.Series:
    """Five ways to write each place, one after another."""
    ways = []
    for name in names.to_list():
        short = _shorten(name, _PLACE_SHORT)
        ways += [name, name.upper(), short, short.lower(), name.replace(",", "")]
    return pl.Series(ways)


def workers(names: int, kind: str) -> list[str]:
    """Names of workers and complainants, which must never be received: no young person has one."""
    pairs = [
        f"{first} {last}"
        for first in read_words("worker_forenames")
        for last in read_words("worker_surnames")
    ]
    return [f"{pair} {kind}" for pair in pairs[:names]]


ALLOCATED = tuple(workers(60, "(SW)"))
COMPLAINANTS = tuple(workers(120, "(res)"))
TEAMS = tuple(f"Team {word}-Quillmark" for word in ("Amber", "Cobalt", "Indigo", "Saffron", "Vermilion"))
GARAGES = tuple(f"Zephyrline {word} Garage" for word in ("North", "Quay", "Mill", "East"))
CANARIES = (*ALLOCATED, *COMPLAINANTS, *TEAMS, *GARAGES)
