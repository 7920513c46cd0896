"""The peer: the same extracts linked by a plain Splink script and counted with pandas.

This is what an able analyst would write in a day: read every extract that names people, bring the
columns under common names, tidy them, train Splink by its tutorial, cluster, count who is on both
lists. It knows the columns by heart; it checks nothing, logs nothing and protects nothing.

    python -m benchmarks.plain_script WORLD_FOLDER
"""

import json
import logging
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

# layout -> our name -> the source's column
COLUMNS: dict[str, dict[str, str]] = {
    "csc_person_register": {
        "forename": "Forename", "surname": "Surname", "dob": "DOB", "sex": "Sex", "postcode": "Postcode", "upn": "UPN", "nhs": "NHS Number",
    },
    "mash_log": {"name": "Child name", "dob": "DOB or age"},
    "cse_panel_list": {"initials": "Initials", "dob": "DOB"},
    "gangs_panel_list": {"name": "Name", "dob": "DOB"},
    "police_crime_party": {"name": "Name", "dob": "DOB"},
    "police_missing": {"name": "Name", "dob": "DOB"},
    "edu_exclusions": {"forename": "Forename", "surname": "Surname", "dob": "DOB", "upn": "UPN"},
    "school_in_day_missing": {"name": "Pupil", "dob": "DOB"},
    "edu_cme": {"name": "Name", "dob": "DOB", "upn": "UPN"},
    "fair_access_panel": {"name": "Name", "upn": "UPN"},
    "school_census_pupil": {
        "forename": "Forename", "surname": "Surname", "dob": "DOB", "sex": "Sex", "postcode": "Postcode", "upn": "UPN",
    },
    "marac_cases": {"name": "Children names/DOB"},
    "school_safeguarding_log": {"name": "Pupils involved"},
    "tfl_zip_withdrawals": {"name": "Name/DOB", "postcode": "Postcode"},
    "yot_caseload": {"name": "Name/DOB"},
}  # fmt: skip
# Cells that name several people: every one of them is a row.
SEVERAL = {"school_safeguarding_log": "Pupils involved", "marac_cases": "Children names/DOB"}
FIELDS = ["forename", "surname", "dob", "sex", "postcode", "upn", "nhs"]


def read(path: Path) -> pd.DataFrame:
    """Read one file, whatever it is, as text."""
    if path.suffix in {".xlsx", ".ods", ".xls"}:
        sheets = pd.read_excel(path, sheet_name=None, dtype=str, header=None, engine="calamine")
        frame = max(sheets.values(), key=len)
        header = int(frame.head(10).notna().sum(axis=1).idxmax())
        body = frame.iloc[header + 1 :].copy()
        body.columns = [str(c).strip().casefold() for c in frame.iloc[header]]
        return body
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            with path.open(encoding=encoding) as file:
                first = file.readline()
            delimiter = max(",;\t|", key=first.count)
            frame = pd.read_csv(path, sep=delimiter, dtype=str, encoding=encoding, on_bad_lines="skip")
        except UnicodeDecodeError:
            continue
        frame.columns = [str(c).strip().casefold() for c in frame.columns]
        return frame
    raise ValueError("not readable")


def tidy(frame: pd.DataFrame, layout: str, name: str) -> pd.DataFrame:
    """Bring one extract's columns under the common names."""
    wanted = {ours: theirs.casefold() for ours, theirs in COLUMNS[layout].items()}
    if layout in SEVERAL:
        several = SEVERAL[layout].casefold()
        frame = frame.assign(**{several: frame[several].str.split(r"[;\n|]", regex=True)}).explode(
            several, ignore_index=True
        )
    out = pd.DataFrame({ours: frame.get(theirs) for ours, theirs in wanted.items()})
    if "name" in out:
        found = out["name"].str.extract(r"^\s*([^,(]+)(?:,\s*([^(]+))?(?:\(([^)]*)\))?")
        reverse = found[1].isna()
        words = found[0].str.strip().str.rsplit(" ", n=1)
        out["surname"] = np.where(reverse, words.str[-1], found[0])
        out["forename"] = np.where(reverse, words.str[0], found[1])
        if "dob" not in out:
            out["dob"] = found[2]
    if "initials" in out:
        out["forename"], out["surname"] = out["initials"].str[0], out["initials"].str[-1]
    out = out.reindex(columns=FIELDS)
    out["extract"], out["layout"] = name, layout
    return out


def clean(people: pd.DataFrame) -> pd.DataFrame:
    """Upper case, no punctuation, real dates, tidy postcodes."""
    for field in ("forename", "surname"):
        text = people[field].str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii")
        people[field] = text.str.upper().str.replace(r"[^A-Z]", "", regex=True).replace("", None)
    text = people["dob"].str.strip()
    dates = pd.to_datetime(text, format="%d/%m/%Y", errors="coerce")
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d-%b-%Y", "%d.%m.%y"):
        dates = dates.fillna(pd.to_datetime(text, format=form, errors="coerce"))
    people["dob"] = dates.dt.strftime("%Y-%m-%d")
    people["sex"] = people["sex"].str.strip().str[:1].str.upper()
    people["postcode"] = people["postcode"].str.upper().str.replace(" ", "")
    people["unique_id"] = np.arange(len(people))
    return people.astype(object).where(people.notna(), None)


def link(people: pd.DataFrame) -> pd.DataFrame:
    """Splink as in its tutorial: train, predict, cluster."""
    rules = [
        block_on("upn"), block_on("nhs"), block_on("forename", "surname", "dob"), block_on("surname", "dob"),
        block_on("forename", "dob"), block_on("surname", "postcode"), block_on("dob", "postcode"),
    ]  # fmt: skip
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("forename"),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode"),
            cl.ExactMatch("sex"),
            cl.ExactMatch("upn"),
            cl.ExactMatch("nhs"),
        ],
        blocking_rules_to_generate_predictions=rules,
    )
    database = DuckDBAPI()
    # What Splink says of its training is not a figure of the benchmark.
    linker = Linker(database.register(people), settings, log_level=logging.ERROR)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("forename", "surname", "dob"), block_on("upn")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("surname", "dob"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("forename", "postcode"))
    predictions = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predictions, threshold_match_probability=0.95
    )
    frame = (
        clusters.as_record_dict()
        if not hasattr(clusters, "as_pandas_dataframe")
        else clusters.as_pandas_dataframe()
    )
    return pd.DataFrame(frame)


def main() -> None:
    """Read, link and count; print what took how long as JSON."""
    folder = Path(sys.argv[1])
    began = time.perf_counter()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    # Every extract is read, as ours are: those that name nobody are counted by place and route elsewhere.
    read_in = [(e, read(folder / "extracts" / e["file"])) for e in manifest["extracts"]]
    frames = [tidy(frame, e["layout"], e["file"]) for e, frame in read_in if e["layout"] in COLUMNS]
    people = clean(pd.concat(frames, ignore_index=True))
    people = people[people["surname"].notna()]
    read_at = time.perf_counter()
    linked = link(people)
    linked_at = time.perf_counter()
    lists = linked[linked["layout"].isin(["cse_panel_list", "gangs_panel_list"])]
    on = lists.groupby("cluster_id")["layout"].agg(lambda names: " + ".join(sorted(set(names))))
    counts = on.value_counts().to_dict()
    done = time.perf_counter()
    figures = {
        "rows": len(people), "people": int(linked["cluster_id"].nunique()), "overlap": counts,
        "read": read_at - began, "link": linked_at - read_at, "count": done - linked_at, "total": done - began,
    }  # fmt: skip
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
