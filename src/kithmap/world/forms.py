"""How each sender writes its files: kind, encoding, delimiter, dates, headings."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from kithmap.world.streams import Ints

NO_DAY = -(10**6)
NO_MINUTE = -1
EXCEL_MARK = "\x01"  # before a serial number that a spreadsheet should hold as a real date
_EXCEL_ZERO = -25_569
XLSX_ROWS, ODS_ROWS = 5_000, 2_000


@dataclass(frozen=True)
class Form:
    """How one extract is written.

    dates: a strftime form, or `excel` for real dates of a spreadsheet.
    header: `as is`, `upper` or `spaced`.
    """

    kind: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    dates: str = "%d/%m/%Y"
    header: str = "as is"
    title: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sex: tuple[str, str] = ("F", "M")

    @property
    def is_folded(self) -> bool:
        """Whether the sender's letters are only those of an old computer."""
        return self.encoding == "cp1252"

    def days(self, days: Ints) -> pl.Series:
        """Write dates; NO_DAY is an empty cell."""
        known = days != NO_DAY
        if not known.any():
            return nothing(len(days))
        low, high = int(days[known].min()), int(days[known].max())
        table = pl.Series(np.arange(low, high + 1), dtype=pl.Int32)
        if self.dates == "excel":
            text = EXCEL_MARK + (table - _EXCEL_ZERO).cast(pl.String)
        else:
            text = table.cast(pl.Date).dt.strftime(self.dates)
        return blank_where(text.gather(np.where(known, days - low, 0)), ~known)

    def moments(self, days: Ints, minutes: Ints) -> pl.Series:
        """Write dates with a time of day; an unknown time leaves the date alone."""
        plain = replace(self, dates="%d/%m/%Y") if self.dates == "excel" else self
        clock = " " + clock_times(np.where(minutes == NO_MINUTE, 0, minutes))
        return plain.days(days) + pl.Series(
            np.where(minutes == NO_MINUTE, "", clock.to_numpy()), dtype=pl.String
        )


def nothing(size: int) -> pl.Series:
    """A column of empty cells."""
    return pl.Series([None], dtype=pl.String).gather(np.zeros(size, dtype=np.int64))


def constant(text: str, size: int) -> pl.Series:
    """A column of one text."""
    return pl.Series([text]).gather(np.zeros(size, dtype=np.int64))


def blank_where(column: pl.Series, mask: np.ndarray) -> pl.Series:
    """Empty the cells where the mask says so."""
    return column.to_frame("x").select(pl.when(~pl.Series(mask)).then(pl.col("x"))).to_series()


def choose_text(mask: np.ndarray, one: pl.Series, other: pl.Series) -> pl.Series:
    """One column where the mask says so, the other elsewhere."""
    return pl.select(pl.when(pl.Series(mask)).then(one).otherwise(other)).to_series()


def clock_times(minutes: Ints) -> pl.Series:
    """Write minutes after midnight as HH:MM."""
    table = pl.Series([f"{m // 60:02d}:{m % 60:02d}" for m in range(1_440)])
    return table.gather(minutes)


def clock_times_bare(minutes: Ints) -> pl.Series:
    """Write minutes after midnight as HHMM; midnight as 2400, as some officers do."""
    table = pl.Series(["2400"] + [f"{m // 60:02d}{m % 60:02d}" for m in range(1, 1_440)])
    return table.gather(minutes)


def whole(numbers: Ints) -> pl.Series:
    """Write whole numbers."""
    return pl.Series(np.asarray(numbers)).cast(pl.String)


_SENDERS = (
    Form(encoding="cp1252", delimiter=";", newline="\r\n"),
    Form(kind="xlsx", dates="excel", notes=("Notes",), sex=("2", "1")),
    Form(kind="ods", dates="%Y-%m-%d"),
    Form(dates="%d-%b-%Y"),
    Form(encoding="utf-8-sig", newline="\r\n", header="upper", sex=("2", "1")),
    Form(kind="xlsx", dates="%d.%m.%y", notes=("Guidance", "Lookups"), sex=("Female", "Male")),
    Form(delimiter="\t", dates="%Y-%m-%d", header="spaced"),
)
_SHEETS = {
    "mash_log", "cse_panel_list", "gangs_panel_list", "marac_cases", "school_in_day_missing", "edu_cme",
    "fair_access_panel", "tfl_school_reports", "ed_youth_worker",
}  # fmt: skip
_REGIONAL = {
    "police_crime_party": Form(newline="\r\n"),
    "police_missing": Form(encoding="cp1252", newline="\r\n"),
    "police_asb_cad": Form(delimiter="|"),
    "tfl_dir": Form(),
    "tfl_asif": Form(encoding="utf-8-sig"),
    "tfl_zip_withdrawals": Form(dates="%d-%b-%Y"),
    "gias_schools": Form(encoding="cp1252", dates="%d-%m-%Y"),
}


def form_of(layout: str, authority: int, place: str, rows: int) -> Form:
    """Decide how an extract is written; large ones fall to a plainer kind, as with real senders."""
    form = _SENDERS[authority] if authority >= 0 else _REGIONAL.get(layout, Form())
    if layout in _SHEETS and form.kind == "csv":
        words = layout.replace("_", " ")
        form = replace(
            form,
            kind="xlsx",
            encoding="utf-8",
            title=(f"{place}: {words}", "OFFICIAL-SENSITIVE when complete"),
        )
    elif form.kind == "xlsx":
        form = replace(form, title=(f"{place} extract {layout}", "Produced for the partnership analyst"))
    if form.kind == "ods" and rows > ODS_ROWS:
        form = replace(form, kind="xlsx")
    if form.kind == "xlsx" and rows > XLSX_ROWS:
        form = replace(form, kind="csv", title=(), notes=())
    return replace(form, dates="%d/%m/%Y") if form.dates == "excel" and form.kind != "xlsx" else form
