"""What every measure asks, by which formula, over which base, and what to beware of: for readers, dictionaries and commands.

Belongs here: one entry a measure, in words. Does not belong here: columns (dictionary_of_measures and its neighbours), worked examples
(tests/spec/measures, shown in docs/reference/formulas.md), any computation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Measure:
    """One measure as a reader meets it.

    Attributes:
        name: short name; also the name of its first table unless ``tables`` says otherwise.
        title: what pages call it.
        question: what it answers.
        formula: how, in one line.
        base: what it is divided by; "none" where it counts.
        unit: of its figures.
        source: where formula or definition comes from.
        caveats: what a reader must know before quoting it.
        tables: measured tables that hold it, the first one first to read.
        by_person: whether a row is about one person: never published as an aggregate.
        of_tonight: whether it rests on tonight's own links, so that no other midnight can be asked.
    """

    name: str
    title: str
    question: str
    formula: str
    base: str
    unit: str
    source: str
    caveats: tuple[str, ...]
    tables: tuple[str, ...]
    by_person: bool = False
    of_tonight: bool = False


_CHANGE: Final = "change is not effect: people at the top of any count tend to come down by themselves"
_LINKED: Final = "rests on linkage: missed links lower every figure that follows one person; see linkage_by_race and link_imputation"
_PROXY: Final = "a diagnosis code is a proxy and says nothing about functioning; unknown is shown and never folded into no"

MEASURES: Final[tuple[Measure, ...]] = (
    Measure(
        "person_timeline", "Timeline", "What happened to each person, contact by contact, along the Sequential Intercept Model?",
        "contacts that begin before the as-of moment, in order; a booking is admission (2), stay after first appearance (3), release (4)",
        "none", "contacts and days", "Sequential Intercept Model; PRA and SAMHSA",
        ("an open stay has the days so far", _LINKED), ("person_timeline", "person_summary"), by_person=True,
    ),
    Measure(
        "episode", "Episodes across systems", "Which contacts belong together, and which way did people take?",
        "a contact begins a new episode if it starts more than the county's days after everything before it has ended",
        "episodes of the link domain", "episodes, days", "this software; the number of days is the county's",
        ("the number of days is a choice; another one gives other episodes", _LINKED), ("episode",), by_person=True,
    ),
    Measure(
        "pathway", "Top pathways", "Which ways through the systems do episodes take most often?",
        "episodes by order of intercept and system, repetitions once", "episodes of the domain that begin in the period",
        "episodes and share", "Sequential Intercept Model", (_LINKED,), ("pathway", "intercept_flow"),
    ),
    Measure(
        "frequent_utilizers", "People with frequent contact", "Who is seen often, by which definition, and who is on its list?",
        "people who pass the person filter and meet all, any or at least k criteria; a list by mean percentile rank, ties included",
        "people whom the definition can find", "people", "the definition's own source; NACo leaves it to each jurisdiction",
        ("no list is ordered by cost: cost encodes unequal access to care", "bookings may stand in for arrests", _LINKED),
        ("frequent_utilizer_summary", "frequent_utilizers"),
    ),
    Measure(
        "frequent_utilizer_equity", "Who is eligible and who is listed", "Do definition and list find groups at different rates?",
        "share eligible of those the definition can find, and share listed of the eligible, each divided by that of the reference group",
        "people findable; people eligible", "share and ratio", "Wilson, Katz, Miettinen-Nurminen; Benjamini-Hochberg",
        ("contacts are what agencies recorded, not what people did or needed",), ("frequent_utilizer_equity",),
    ),
    Measure(
        "frequent_utilizer_overlap", "Overlap between definitions", "Whom does one definition find that another does not?",
        "people who meet both, one or the other; both divided by either", "people who meet either", "people and share", "Jaccard 1901",
        (), ("frequent_utilizer_overlap",),
    ),
    Measure(
        "frequent_utilizer_stability", "Lists from month to month", "Who stayed, who came, who is gone?",
        "people eligible now and a month before, by what is known tonight", "people eligible a month before", "people and share",
        "this software", (_CHANGE,), ("frequent_utilizer_stability",),
    ),
    Measure(
        "racial_disparity", "Disparity at decision points", "Where do decisions fall unevenly by race?",
        "events divided by base, divided by the same of the reference group; excess events = events - base x reference rate",
        "residents of the benchmark, or the events of an earlier decision point", "rate, ratio, difference, events",
        "OJJDP relative rate index; disproportionality and disparity index of child welfare; Garwood, Wilson, Katz, Miettinen-Nurminen",
        (
            "a ratio says that groups meet a decision at different rates, not why; decided_by and policy_ref say where to ask",
            "where people come again the limits rest on people; the design effect says how much wider they are",
            "p-values are adjusted over the whole table",
            _LINKED,
        ),
        ("racial_disparity",),
    ),
    Measure(
        "racial_disparity_sensitivity", "Disparity under other rules for race", "Would another rule for race change the conclusion?",
        "the same ratios with the group chosen by latest self-report, mode, a fixed priority, or every group ever asserted",
        "as racial_disparity", "ratio and flag", "OMB Directive 15; Census Best Race",
        ("under alone_or_in_combination groups overlap, so no ratio on the population is given",), ("racial_disparity_sensitivity",),
    ),
    Measure(
        "racial_disparity_aggregate", "Disparity in other fields", "Where do decisions about young people, families and pupils fall?",
        "as racial_disparity, from totals that other agencies deliver", "residents, the deliverer's own base, or an earlier point's total",
        "rate, ratio", "OJJDP R/ED Databook; Connecticut DCF; Civil Rights Data Collection; COPS stop-data guidebook",
        ("nobody knows how often one person is in a total; limits take every count as somebody else's",), ("racial_disparity_aggregate",),
    ),
    Measure(
        "race_across_systems", "Race across systems", "Do systems say the same of one person, and how much is missing?",
        "last usable assertion of each system; agreement; Cohen's kappa; categories of 1997 and 2024 with the bridge named",
        "people of whom both systems assert a group", "people, share, kappa", "OMB Directive 15 (1997, 2024); Cohen 1960",
        ("from 1997 nobody can be found in MENA, nor Hispanic alone told from Hispanic with a race that nobody wrote",),
        ("race_kappa", "race_agreement", "race_missingness", "person_race", "person_race_view"),
    ),
    Measure(
        "stepping_up", "The four Stepping Up measures", "How many bookings are of people with SMI, how long do they stay, connect, return?",
        "bookings by evidence; days of releases / releases; releases connected within d days / releases with complete follow-up;"
        " admissions after an earlier one / admissions, and releases rebooked within d days / releases",
        "bookings, releases or days of the period", "share, days, people", "Stepping Up; York County PA; Justice Counts",
        (_PROXY, "backward and forward recidivism are different questions", "withheld is not 'not connected': read the bounds", _LINKED),
        ("stepping_up",),
    ),
    Measure(
        "screening", "Screens and how soon", "How soon are people screened, assessed and connected, and what do screens say?",
        "screened within the county's hours / bookings; hours from booking to screen, from positive screen to assessment, to first service",
        "bookings; screened bookings; positive screens with complete follow-up", "share, hours",
        "BJMHS, K6, CMHS, C-SSRS; Stepping Up suggested sub-measures",
        ("cut-offs of K6 and CMHS are configuration", "a screen for suicide risk is no evidence of serious mental illness"),
        ("screening_summary", "screening_result"),
    ),
    Measure(
        "follow_up_curve", "What has happened by which day after release", "How many were connected or rebooked within so many days?",
        "Aalen-Johansen cumulative incidence with competing outcomes; one minus Kaplan-Meier beside it under its own name",
        "releases of the period, followed until the records end", "share", "Aalen and Johansen 1978; Kaplan and Meier 1958",
        ("Kaplan-Meier answers what would be if nothing else could come first, and is never the lower one", _LINKED), ("follow_up_curve",),
    ),
    Measure(
        "yearly_reassessment", "Year against year", "How do this year's figures compare with last year's?",
        "value minus value a year before, both by what is known tonight", "as stepping_up", "as stepping_up", "Stepping Up, question 6",
        (_CHANGE,), ("yearly_reassessment",),
    ),
    Measure(
        "target_status", "Set, Measure, Achieve", "Is each target on its way?",
        "current figure against the straight line from baseline to target", "none", "as the measure", "the county's own text",
        (_CHANGE, "percentages of the campaign are not public: every target is the county's own"), ("target_status", "six_questions"),
    ),
    Measure(
        "policy_change", "Before and after a policy", "Did the gap between groups change when a policy did?",
        "(rate after / rate before) of a group / the same of the reference group; variance from people, who may be in both periods",
        "as the decision point", "ratio of ratios", "log ratio with variance by person", (_CHANGE,), ("policy_change",),
    ),
    Measure(
        "service_gap", "Need, contact and capacity", "Where are people in need not met, and where is there room?",
        "people in need, people met at the intercept, places stated", "people in need of the region", "people, places",
        "services.csv; Sequential Intercept Model", ("need is what records show; capacity is what the county states",), ("service_gap",),
    ),
    Measure(
        "reconciliation", "Reconciliation with the jail's own count", "How far are we from the jail's figures?",
        "rows -> bookings -> people -> the jail's own daily counts; difference = ours - theirs", "their figure", "bookings, people",
        "the jail's own daily count", ("counts all bookings, whatever the county counts as one",), ("reconciliation",),
    ),
    Measure(
        "link_threshold_sensitivity", "Figures at other link thresholds", "Do conclusions change if fewer links are trusted?",
        "tonight's persons with links below the threshold taken away; every figure asked again", "as the figure", "ratio and flag",
        "this software", ("thresholds below the stored one cannot be asked: those pairs were never persons",),
        ("link_threshold_sensitivity",), of_tonight=True,
    ),
    Measure(
        "link_imputation", "Figures over imputed links", "What remains of a conclusion when uncertain links are drawn?",
        "log ratios of every draw pooled by Rubin's rules", "as the figure", "ratio, share of information missing", "Rubin 1987",
        ("the model's probabilities are taken at their word; a labelled sample says whether they are right",), ("link_imputation",),
        of_tonight=True,
    ),
    Measure(
        "linkage_by_race", "Linkage by race", "Are groups linked at different rates, and how many links are likely wrong or missing?",
        "subjects linked / subjects that may be linked; sums of the probabilities of error", "subjects that may be linked", "share, links",
        "Bohensky and others 2010 on differential linkage error", ("expected errors are the model's own; they are not measured here",),
        ("linkage_by_race",), of_tonight=True,
    ),
)  # fmt: skip
"""Every measure, in the order readers meet them."""


def measure_named(name: str) -> Measure:
    """The entry of that name.

    Raises:
        KeyError: naming the entries there are.
    """
    for measure in MEASURES:
        if measure.name == name:
            return measure
    raise KeyError(f"no measure [{name}]; there are: {', '.join(measure.name for measure in MEASURES)}")
