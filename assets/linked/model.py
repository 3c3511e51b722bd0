"""The linkage model: what is compared, how, and what is never compared.

Belongs here: comparisons and blocking as named functions that return fresh Splink objects (Splink configures them in place), and
loading a frozen model. Does not belong here: training, scoring, thresholds. Race and ethnicity are never evidence
(docs/decisions): tests/architecture reads every comparison and every frozen model for them.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.linked.levels import any_alike, level, nothing_to_compare
from contracts.linkage import Evidence, ModelCard, TermFrequencies, card_file, model_file
from contracts.reviewed import load_reviewed

UNIQUE_ID = "subject_id"
TERM_FREQUENCY_COLUMNS: tuple[str, ...] = ("first_name", "last_name")
Comparison = Any  # splink publishes no type for a comparison that is still being authored
SWAPPED = (
    "(list_contains(last_names_l, first_name_r)"
    " and (last_name_r is null or first_name_l is null or jaro_winkler_similarity(last_name_r, first_name_l) >= 0.85))"
    " or (list_contains(last_names_r, first_name_l)"
    " and (last_name_l is null or first_name_r is null or jaro_winkler_similarity(last_name_l, first_name_r) >= 0.85))"
)
"""Written in each other's field. One name alone proves nothing: David Linn and Linn David, but not Linn David and Ian Linn."""

TWO_SURNAMES = (
    "(first_name_l <> first_name_r and first_name_l <> last_name_l"
    " and list_contains(last_names_r, first_name_l) and list_contains(last_names_r, last_name_l))"
    " or (first_name_l <> first_name_r and first_name_r <> last_name_r"
    " and list_contains(last_names_l, first_name_r) and list_contains(last_names_l, last_name_r))"
)
"""Both surnames and no given name: "Godoy Monterrosa" of Sergio Godoy Monterrosa. Its first word says nothing about the given name;
held against it, it would cost people with two surnames their links."""


def first_name() -> Comparison:
    """Given name: as written, under an alias, as a nickname, misspelt, as an initial or middle name, or swapped with the surname."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="first_name",
        comparison_description="given name with aliases, nicknames and initials",
        comparison_levels=[
            nothing_to_compare(f"first_name_l is null or first_name_r is null or {TWO_SURNAMES}"),
            cll.ExactMatchLevel("first_name", term_frequency_adjustments=True),
            level("list_has_any(first_names_l, first_names_r)", "an alias or second spelling is equal"),
            level(
                "list_has_any(first_roots_l, first_roots_r)"
                " or (length(first_name_l) >= 3 and starts_with(first_name_r, first_name_l))"
                " or (length(first_name_r) >= 3 and starts_with(first_name_l, first_name_r))",
                "nicknames of one formal name, or its beginning",
            ),
            level(
                "least(length(first_name_l), length(first_name_r)) >= 4"
                " and (jaro_winkler_similarity(first_name_l, first_name_r) >= 0.88"
                " or damerau_levenshtein(first_name_l, first_name_r) <= 1)",
                "spelt alike",
            ),
            level(
                "list_contains(given_names_l, first_name_r) or list_contains(given_names_r, first_name_l)"
                " or (left(first_name_l, 1) = left(first_name_r, 1) and (length(first_name_l) = 1 or length(first_name_r) = 1))",
                "the other's middle name, or an initial",
            ),
            level(SWAPPED, "swapped with the surname"),
            level(
                "least(length(first_name_l), length(first_name_r)) >= 4 and jaro_winkler_similarity(first_name_l, first_name_r) >= 0.78",
                "somewhat alike",
            ),
            cll.ElseLevel(),
        ],
    )


def last_name() -> Comparison:
    """Surname: as written, a shared part or former surname, misspelt, or swapped with the given name."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="last_name",
        comparison_description="surname with its parts and former surnames",
        comparison_levels=[
            cll.NullLevel("last_name"),
            cll.ExactMatchLevel("last_name", term_frequency_adjustments=True),
            level("list_has_any(last_names_l, last_names_r)", "a part or a former surname is equal"),
            level(
                # Le, Lee, Li and Ly are four surnames, not four spellings of one: a short name is equal or it is another.
                "least(length(last_name_l), length(last_name_r)) >= 4"
                " and (jaro_winkler_similarity(last_name_l, last_name_r) >= 0.9"
                " or damerau_levenshtein(last_name_l, last_name_r) <= 1)",
                "spelt alike",
            ),
            level(
                any_alike("last_names", "least(length(x), length(y)) >= 5 and jaro_winkler_similarity(x, y) >= 0.92"),
                "a part or a former surname is spelt alike",
            ),
            level("list_has_any(last_names_l, middle_names_r) or list_has_any(last_names_r, middle_names_l)", "the other's middle name"),
            level(SWAPPED, "swapped with the given name"),
            level(
                "least(length(last_name_l), length(last_name_r)) >= 5 and jaro_winkler_similarity(last_name_l, last_name_r) >= 0.8",
                "somewhat alike",
            ),
            cll.ElseLevel(),
        ],
    )


def middle_name() -> Comparison:
    """Middle name, or only its initial."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="middle_name",
        comparison_description="middle name or initial",
        comparison_levels=[
            nothing_to_compare("len(middle_initials_l) = 0 or len(middle_initials_r) = 0"),
            level("list_has_any(middle_names_l, middle_names_r)", "middle name is equal"),
            level("list_has_any(middle_initials_l, middle_initials_r)", "middle initial is equal"),
            cll.ElseLevel(),
        ],
    )


def birth_date() -> Comparison:
    """Birth date: equal, written as 1 January for a day unknown, day and month swapped, one digit or one part wrong, or only the year.

    A shared 1 January proves the year only: it is what is typed where the day is not known.
    """
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="birth_date",
        comparison_description="birth date with the usual slips of writing",
        comparison_levels=[
            nothing_to_compare("birth_ym_l is null or birth_ym_r is null"),
            level("list_has_any(sure_dobs_l, sure_dobs_r)", "equal"),
            level(
                "dob_l[1:4] = dob_r[1:4] and (dob_l[6:] = '01-01' or dob_r[6:] = '01-01')", "year equal, one is 1 January for a day unknown"
            ),
            level("list_has_any(dob_variants_l, dob_variants_r)", "day and month swapped"),
            level("damerau_levenshtein(dob_l, dob_r) <= 1", "one digit wrong"),
            level(
                "(dob_l is null or dob_r is null) and length(birth_ym_l) = 7 and birth_ym_l = birth_ym_r",
                "year and month equal, day unknown",
            ),
            level(
                "(dob_l[1:4] = dob_r[1:4])::int + (dob_l[6:7] = dob_r[6:7])::int + (dob_l[9:10] = dob_r[9:10])::int = 2",
                "one of day, month and year wrong",
            ),
            level("birth_ym_l[1:4] = birth_ym_r[1:4]", "only the year equal"),
            cll.ElseLevel(),
        ],
    )


def sex() -> Comparison:
    """Sex as recorded. Declared in the model card with what it changes; never a veto."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="sex",
        comparison_description="recorded sex",
        comparison_levels=[cll.NullLevel("sex"), cll.ExactMatchLevel("sex"), cll.ElseLevel()],
    )


def contact() -> Comparison:
    """Phone and address as one piece of evidence: households share both, so their weights must not add up."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="contact",
        comparison_description="phone and address, counted once",
        comparison_levels=[
            nothing_to_compare(
                " or ".join(
                    f"len(phones_{side}) + len(addresses_{side}) + len(shared_contacts_{side}) + len(zips_{side}) + len(cities_{side}) = 0"
                    for side in "lr"
                )
            ),
            level("list_has_any(phones_l, phones_r) and list_has_any(addresses_l, addresses_r)", "phone and address equal"),
            level("list_has_any(phones_l, phones_r)", "phone equal"),
            level("list_has_any(addresses_l, addresses_r)", "address equal"),
            level(any_alike("addresses", "jaro_winkler_similarity(x, y) >= 0.92"), "address spelt alike"),
            level("list_has_any(shared_contacts_l, shared_contacts_r)", "phone or address of many people equal"),
            level("list_has_any(zips_l, zips_r) and list_has_any(cities_l, cities_r)", "ZIP code and city equal"),
            level("list_has_any(zips_l, zips_r)", "ZIP code equal"),
            level("list_has_any(cities_l, cities_r)", "city equal"),
            cll.ElseLevel(),
        ],
    )


def ssn4() -> Comparison:
    """Last four digits of the social security number, where a system holds them."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="ssn4",
        comparison_description="last four digits of the social security number",
        comparison_levels=[
            nothing_to_compare("len(ssn4s_l) = 0 or len(ssn4s_r) = 0"),
            level("list_has_any(ssn4s_l, ssn4s_r)", "equal"),
            cll.ElseLevel(),
        ],
    )


def state_id() -> Comparison:
    """State identification number, where a system holds it."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    return cl.CustomComparison(
        output_column_name="state_id",
        comparison_description="state identification number",
        comparison_levels=[
            nothing_to_compare("len(state_ids_l) = 0 or len(state_ids_r) = 0"),
            level("list_has_any(state_ids_l, state_ids_r)", "equal"),
            cll.ElseLevel(),
        ],
    )


COMPARISONS: tuple[Callable[[], Comparison], ...] = (first_name, last_name, middle_name, birth_date, sex, contact, ssn4, state_id)
"""Everything that is evidence. Adding one is a new model version."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "first_name": ("first_name", "first_names", "first_roots", "given_names", "last_name", "last_names"),
    "last_name": ("last_name", "last_names", "first_name", "middle_names"),
    "middle_name": ("middle_names", "middle_initials"),
    "birth_date": ("dob", "sure_dobs", "dob_variants", "birth_ym"),
    "sex": ("sex",),
    "contact": ("phones", "addresses", "shared_contacts", "zips", "cities"),
    "ssn4": ("ssn4s",),
    "state_id": ("state_ids",),
}
"""Columns of ``temp.linked_feature`` that each comparison reads; the card prints them and a test holds them to the SQL."""


def evidence() -> tuple[Evidence, ...]:
    """The comparisons in words, for the card."""
    return tuple(
        Evidence(name=build.__name__, columns=COLUMNS[build.__name__], meaning=" ".join((build.__doc__ or "").split()))
        for build in COMPARISONS
    )


def candidate_rule() -> Any:
    """Candidates are pairs that meet under any key of ``block_keys``.

    The rules behind the keys are one SQL file (block_key.sql): the nightly index, the training candidates and this rule are the
    same set by construction. A rule written here as well would drift from it.
    """
    from splink import block_on

    return block_on("block_keys", arrays_to_explode=["block_keys"])


def certain_pairs() -> list[Any]:
    """Deterministic rules that are almost never wrong, from which the share of matches among all pairs is estimated."""
    from splink import block_on

    return [block_on("first_name", "last_name", "dob"), block_on("state_ids", arrays_to_explode=["state_ids"])]


def training_rules() -> list[Any]:
    """Blocks in which expectation-maximisation runs; each learns the comparisons that it does not block on."""
    from splink import block_on

    return [block_on("dob"), block_on("first_name", "last_name")]


class ModelRefused(RuntimeError):
    """A model may not score; the message names the file and what is wrong with it."""


@dataclass(frozen=True)
class FrozenModel:
    """A trained model as reviewed: settings for Splink, its card, and how common names are."""

    card: ModelCard
    settings: Mapping[str, Any]
    frequencies: Mapping[str, Mapping[str, float]]

    @property
    def name(self) -> str:
        """Name and version, as edges carry it."""
        return self.card.model

    def rest(self, column: str) -> float:
        """Frequency assumed for a value that the frozen table of ``column`` does not hold."""
        return next(table.rest for table in self.card.term_frequencies if table.column == column)


def load_model(folder: Path, name: str) -> FrozenModel:
    """Read a frozen model, its card and its frequencies.

    Raises:
        ModelRefused: if a file is missing, does not have the sha256 its card says, names another model, or compares race or ethnicity.
        TermsFaults: if the card itself is not valid.
    """
    card = load_reviewed(card_file(folder, name), ModelCard)
    if card.model != name:
        raise ModelRefused(f"{card_file(folder, name).name} describes {card.model}; rename it or choose that model in linkage.yaml")
    content = _verified(model_file(folder, name), card.sha256)
    settings: dict[str, Any] = json.loads(content)
    if settings.get("linker_uid") != card.linker_uid:
        raise ModelRefused(f"{name}.json and its card name different linkers; take both from one training run")
    if any(word in content.decode().lower() for word in ("race", "ethnic", "hispanic")):
        raise ModelRefused(f"{name}.json compares race or ethnicity, which are never linkage evidence; train without them")
    return FrozenModel(
        card=card,
        settings=settings,
        frequencies={table.column: _frequencies(folder, table) for table in card.term_frequencies},
    )


def _verified(path: Path, expected: str) -> bytes:
    if not path.exists():
        raise ModelRefused(f"linkage/{path.name} is missing; put it back or choose another model in linkage.yaml")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != expected:
        raise ModelRefused(f"linkage/{path.name} is not the file its card describes (sha256 differs); restore it or review a new version")
    return content


def _frequencies(folder: Path, table: TermFrequencies) -> dict[str, float]:
    text = _verified(folder / table.file, table.sha256).decode()
    return {row["value"]: float(row["frequency"]) for row in csv.DictReader(text.splitlines())}
