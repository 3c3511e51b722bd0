"""A new linkage model version, from simulated counties to the files that a person reviews.

Belongs here: the order of simulating, checking, training and measuring. Does not belong here: estimating (assets/linked/train), the
measures (assets/linked/evaluate), or any night of a real county: training is never part of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assets.acquired.acquire import acquire
from assets.checked.check import check_source, derive_identity, derive_race, derive_subject
from assets.consented.consent import (
    write_clauses,
    write_consents,
    write_custody,
    write_denies,
    write_erased_records,
    write_link_domains,
    write_link_permissions,
)
from assets.linked import card_words, evaluate, fairness, night, train
from assets.linked.model import FrozenModel
from contracts.county import County
from contracts.linkage import ModelCard, SexEvidence, Training
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
    card = written(trained, scratch / "draft", undeclared)
    bare = written(without_sex, scratch / "draft_without_sex", undeclared)
    with checked_county(scratch / "measured", county, first=first, residents=residents, seed=measured_seed) as con:
        truth = scratch / "measured" / "simulated" / "truth"
        keyring = Keyring(scratch / "measured" / "home" / "keys")

        def measured(model: FrozenModel) -> evaluate.Evaluation:
            night.link_domains(con, model=model, choice=county.linkage, keyring=keyring, night=first)
            return evaluate.evaluate(con, truth)

        lacking = measured(train.frozen(without_sex, bare)).row("with_birth_date")
        permitted = measured(train.frozen(trained, card))
        people = {measured_seed: fairness.people(con)}
        permit_everyone(con)
        everyone = measured(train.frozen(trained, card))
    for further in further_seeds:
        with checked_county(scratch / f"further_{further}", county, first=first, residents=residents, seed=further) as con:
            keyring = Keyring(scratch / f"further_{further}" / "home" / "keys")
            night.link_domains(con, model=train.frozen(trained, card), choice=county.linkage, keyring=keyring, night=first)
            evaluate.evaluate(con, scratch / f"further_{further}" / "simulated" / "truth")
            people[further] = fairness.people(con)
    fair = fairness.fairness(people, seed=seed, causes=card_words.CAUSES, mitigations=card_words.MITIGATIONS)
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
    return written(trained, folder, sex, accuracy=accuracy, fairness=fair)
