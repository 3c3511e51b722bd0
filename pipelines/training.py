"""A new linkage model version, from simulated counties to the files that a person reviews.

Belongs here: the order of simulating, checking, training and measuring. Does not belong here: estimating (assets/linked/train), the
measures (assets/linked/evaluate), or any night of a real county: training is never part of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assets.acquired.acquire import acquire
from assets.checked.check import check_source, derive_identity, derive_race, derive_subject
from assets.consented.consent import (
    write_clauses,
    write_consents,
    write_court_orders,
    write_custody,
    write_denies,
    write_erased_records,
    write_link_domains,
    write_link_permissions,
)
from assets.linked import card_words, drift, evaluate, fairness, mitigations, night, train
from assets.linked.model import FrozenModel
from contracts.county import County
from contracts.linkage import LinkageChoice, Mitigation, ModelCard, SexEvidence, Training
from resources.home import Home
from resources.keyring import Keyring
from resources.simulated_county import deliver, simulate
from resources.sql import Connection
from resources.warehouse import Warehouse

EVERYONE = "everyone"
"""Link domain in which all simulated subjects may be compared: simulated people need no permission, and a model must know all kinds."""


NIGHTS = 3
"""Nights that are simulated, of which the first is used: with the demo's number, the measured county is the demo's own."""


@contextmanager
def checked_county(folder: Path, county: County, *, first: date, residents: int, seed: int) -> Iterator[Connection]:
    """The warehouse of a simulated county after its first night up to the consented stage; truth lies in ``folder / "simulated/truth"``."""
    simulate(folder / "simulated", residents=residents, first_night=first, nights=NIGHTS, seed=seed)
    home = Home(folder / "home").prepare()
    deliver(folder / "simulated", home.root / "county_systems", first)
    with Warehouse(home).writer() as con:
        for source in county.sources.values():
            acquire(source, night=first, home=home, con=con, environment={"THROUGHCARE_HOME": str(home.root)})
            check_source(source, county=county, night=first, home=home, con=con)
        derive_identity(con, first)
        derive_subject(con, first)
        derive_race(con, first)
        write_clauses(con, county, first)
        write_link_domains(con, county, first)
        write_erased_records(con, county, first)
        write_consents(con, county, first)
        write_custody(con, county, first)
        write_court_orders(con, county, first)
        write_denies(con, county, first)
        write_link_permissions(con, county, first)
        yield con


def permit_everyone(con: Connection) -> None:
    """Let all simulated subjects be compared with each other, in a domain of their own."""
    con.execute(
        "create or replace table consented.link_permission as"
        " select subject_id, system, $domain as domain, person_role = 'subject' as permitted, 'simulated' as reason from checked.subject",
        {"domain": EVERYONE},
    ).fetchall()
    con.execute("create or replace table consented.link_domain as select $domain as domain", {"domain": EVERYONE}).fetchall()


def train_version(
    county: County,
    *,
    name: str,
    folder: Path,
    scratch: Path,
    first: date,
    residents: int,
    training_seed: int,
    measured_seed: int,
    seed: int,
    further_seeds: Sequence[int] = (),
    with_mitigations: bool = True,
) -> ModelCard:
    """Train on one simulated county, measure on another, write model, frequencies and card into ``folder``.

    Args:
        county: whose sources, terms and thresholds apply.
        name: of the new version, like ``person.v2``.
        folder: where the files are written: a county's ``linkage``.
        scratch: an empty folder for the two counties.
        first: their night.
        residents: size of each.
        training_seed: of the county that the model learns from.
        measured_seed: of the county on which it is measured; another seed.
        seed: of the random pairs drawn while learning.
        further_seeds: of more counties, on which only recall by race group is measured, together with the measured one.
        with_mitigations: whether every county is also linked without each thing that was tried against unequal recall.

    Raises:
        ValueError: if a county on which it is measured has the seed of the one that it learned from.
    """
    if training_seed in (measured_seed, *further_seeds):
        raise ValueError("a model must be measured on another county than it learned from; give two seeds")
    with checked_county(scratch / "training", county, first=first, residents=residents, seed=training_seed) as con:
        permit_everyone(con)
        subjects = train.prepare(con, domain=EVERYONE, caps=county.linkage.caps)
        trained = train.estimate(con, name=name, seed=seed)
        without_sex = train.estimate(con, name=name, seed=seed, without=("sex",))
    training = Training(
        data="simulated county (resources/simulated_county), all subjects of all systems, first night",
        residents=residents,
        simulation_seed=training_seed,
        measured_simulation_seed=measured_seed,
        seed=seed,
        command=f"throughcare link train {name} --residents {residents} --training-seed {training_seed} --measured-seed {measured_seed}",
        subjects=subjects,
        software={
            package: version(package)
            for package in ("anyascii", "duckdb", "nameparser", "nicknames", "phonenumbers", "splink", "usaddress")
        },
    )

    def written(candidate: train.Trained, into: Path, sex: SexEvidence, **figures: Any) -> ModelCard:
        into.mkdir(parents=True, exist_ok=True)
        return train.write(into, candidate, name=name, training=training, thresholds=county.linkage.thresholds, sex=sex, **figures)

    undeclared = SexEvidence(used=True, reason="not measured yet")
    model = train.frozen(trained, written(trained, scratch / "draft", undeclared))
    bare = train.frozen(without_sex, written(without_sex, scratch / "draft_without_sex", undeclared))
    found = _Found()
    with checked_county(scratch / "measured", county, first=first, residents=residents, seed=measured_seed) as con:
        linked = _linker(con, scratch / "measured", first)
        lacking = linked(bare, county.linkage).row("with_birth_date")
        permitted = linked(model, county.linkage)
        found.measure(con, measured_seed, permitted, linked, (model, county.linkage), alternatives=with_mitigations)
        permit_everyone(con)
        everyone = linked(model, county.linkage)
    for further in further_seeds:
        with checked_county(scratch / f"further_{further}", county, first=first, residents=residents, seed=further) as con:
            linked = _linker(con, scratch / f"further_{further}", first)
            plain = linked(model, county.linkage)
            found.measure(con, further, plain, linked, (model, county.linkage), alternatives=with_mitigations)
    fair = fairness.fairness(
        found.counties, seed=seed, causes=card_words.CAUSES, mitigations=found.what_was_tried(), measured=measured_seed
    )
    agreement, disagreement = train.bits(trained, "sex")
    sex = SexEvidence(
        used=True,
        reason="Tells apart relatives of one surname and address whose given names are missing or alike; never a veto.",
        agreement_bits=agreement,
        disagreement_bits=disagreement,
        precision_without=lacking.precision.value,
        recall_without=lacking.recall.value,
    )
    accuracy = (*permitted.accuracy, *(row.model_copy(update={"population": EVERYONE}) for row in everyone.accuracy if row.by == "overall"))
    return written(trained, folder, sex, accuracy=accuracy, fairness=fair, baseline=drift.baseline(found.spreads))


Linker = Callable[[FrozenModel, LinkageChoice], evaluate.Evaluation]


def _linker(con: Connection, folder: Path, first: date) -> Linker:
    """Link the county in ``con`` from nothing and compare it with its truth."""
    keyring = Keyring(folder / "home" / "keys")

    def linked(model: FrozenModel, choice: LinkageChoice) -> evaluate.Evaluation:
        night.link_domains(con, model=model, choice=choice, keyring=keyring, night=first)
        return evaluate.evaluate(con, folder / "simulated" / "truth")

    return linked


@dataclass
class _Found:
    """What came of every county, as it is and without each thing that was tried."""

    counties: dict[int, fairness.Outcome] = field(default_factory=dict)
    changed: dict[str, list[fairness.Outcome]] = field(default_factory=dict)
    spreads: list[list[tuple[str, str, int, int]]] = field(default_factory=list)

    def measure(
        self, con: Connection, seed: int, plain: evaluate.Evaluation, linked: Linker, setting: mitigations.Setting, *, alternatives: bool
    ) -> None:
        """Keep what came of the county just linked, then link it once more for everything that was tried."""
        outcome = _outcome(con, plain, setting[1])
        self.counties[seed] = outcome
        self.spreads.append(drift.spread(con))
        for tried in mitigations.TRIED if alternatives else ():
            if tried.instead is not None:
                self._keep(tried, replace(outcome, people=tried.instead(outcome)))
            elif tried.without_rules:
                self._keep(tried, replace(outcome, people=fairness.people_without(con, tried.without_rules)))
        for tried in mitigations.TRIED if alternatives else ():
            if tried.change is not None:
                model, choice = tried.change(setting)
                self._keep(tried, _outcome(con, linked(model, choice), choice))

    def what_was_tried(self) -> list[Mitigation]:
        """Everything that was tried, with its figures."""
        judged = fairness.judged_groups(
            fairness.by_group([person for outcome in self.counties.values() for person in outcome.people], len(self.counties), seed=0)
        )
        as_is = list(self.counties.values())
        return [mitigations.told(tried, as_is, self.changed.get(tried.tried, []), judged) for tried in mitigations.TRIED]

    def _keep(self, tried: mitigations.Tried, outcome: fairness.Outcome) -> None:
        self.changed.setdefault(tried.tried, []).append(outcome)


def _outcome(con: Connection, found: evaluate.Evaluation, choice: LinkageChoice) -> fairness.Outcome:
    """What came of the county that was just linked and evaluated."""
    precision = found.row("with_birth_date").precision
    return fairness.Outcome(
        people=fairness.people(con),
        right=precision.hits,
        found=precision.of,
        missed=fairness.missed(con, link=choice.thresholds.link),
    )
