"""What a public inquiry found of the quality of such records: the measure for a profile's own."""

from dataclasses import dataclass

SOURCE = (
    "Independent Inquiry into Child Sexual Abuse, Child sexual exploitation by organised networks: "
    "investigation report (2022), Part H."
)


@dataclass(frozen=True)
class Benchmark:
    """One finding of the inquiry: where, what of, how much."""

    of: str
    where: str
    share: str
    base: str


BENCHMARKS = (
    Benchmark("Exploitation flag wrong or missing", "Dyfed-Powys, 2018", "9 of 10", ""),
    Benchmark("Exploitation flag wrong or missing", "Hertfordshire, 2019", "about half", ""),
    Benchmark("Ethnicity not recorded", "Durham", "35 %", "1,900 suspects"),
    Benchmark("Ethnicity not recorded", "Durham", "14 %", "1,138 victims"),
    Benchmark("Ethnicity not recorded", "Warwickshire", "over 40 %", "137 perpetrators"),
    Benchmark("Ethnicity not recorded", "Warwickshire", "over 50 %", "162 victims"),
    Benchmark("Ethnicity not recorded", "St Helens and Merseyside", "41 %", "435 victims"),
    Benchmark("Ethnicity not recorded", "Tower Hamlets", "86 %", "offenders in 147 reports"),
    Benchmark("Ethnicity not recorded", "Tower Hamlets", "14 %", "166 victims"),
    Benchmark("Ethnicity not recorded", "Bristol", "28 %", "137 people"),
    Benchmark("Ethnicity not recorded", "Bristol", "19 %", "474 people"),
    Benchmark("Type of exploitation not recorded", "Metropolitan Police, 2019", "31 %", ""),
    Benchmark("Level of risk not recorded", "Metropolitan Police, 2019", "39 %", ""),
)
