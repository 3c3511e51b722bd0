"""A reviewer's week in the demo county, as docs/how-to tells it: look, judge, hand out, explain, sample, compare."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from contracts.keys import record_id, subject_id
from pipelines.cli import build_command
from pipelines.clock import set_simulated_day
from pipelines.place import demo_county
from resources.home import Home

NIGHTS = (date(2026, 3, 2), date(2026, 3, 3))


def _typed(office: Any, *words: str) -> Result:
    """Type a command in this process: a process of its own for each of thirty would cost more than what they do."""
    county = office.environment.get("THROUGHCARE_COUNTY", str(demo_county()))
    return CliRunner().invoke(build_command(), list(words), env={"THROUGHCARE_HOME": str(office.home), "THROUGHCARE_COUNTY": county})


def _done(office: Any, *words: str) -> str:
    done = _typed(office, *words)
    assert done.exit_code == 0, f"throughcare {' '.join(words)} ended with {done.exit_code}: {done.output} {done.exception}"
    return done.stdout


def _json(office: Any, *words: str) -> Any:
    return json.loads(_done(office, *words, "--json"))


def _refused(office: Any, *words: str) -> str:
    """What was said when the command was refused: by itself, or by the error that main() makes a line of."""
    done = _typed(office, *words)
    assert done.exit_code != 0, words
    return f"{done.output}{done.exception}"


def _pair(home: Path, *, together: bool) -> tuple[str, str]:
    """Two records with their own ids in their systems, as a person would type them; together: linked by an edge of their own."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        found = con.execute(
            "select a.source || ':' || a.source_person_id, b.source || ':' || b.source_person_id"
            " from linked.membership as one join linked.membership as other on other.domain = one.domain and other.system > one.system"
            " and (other.person_key = one.person_key) = $together"
            " join checked.subject as a on a.subject_id = one.subject_id join checked.subject as b on b.subject_id = other.subject_id"
            " where one.link_state <> 'withheld' and other.link_state <> 'withheld' and a.source_person_id is not null"
            " and b.source_person_id is not null and a.source <> b.source"
            " and (not $together or exists (select 1 from linked.edge as edge where edge.known_to is null and edge.veto is null"
            " and edge.subject_a = least(one.subject_id, other.subject_id) and edge.subject_b = greatest(one.subject_id, other.subject_id)"
            " and edge.match_weight >= 8)) order by all",
            {"together": together},
        ).fetchall()
    # The first pair that is one person and the last that is not: records of neither are in the other.
    return found[0] if together else found[-1]


def _withheld(home: Path) -> str:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        found = con.execute(
            "select subject.source || ':' || subject.source_person_id from linked.membership as membership"
            " join checked.subject as subject using (subject_id)"
            " where membership.link_state = 'withheld' and subject.source_person_id is not null order by all limit 1"
        ).fetchall()
    return str(found[0][0])


def _judge_by_truth(home: Path, sample: Path) -> None:
    """Fill the reviewers' file in with what the simulated county knows."""
    with duckdb.connect() as con:
        truth = con.execute(
            f"select source, vendor_key, person from read_parquet('{home / 'simulated_county' / 'truth' / 'subject.parquet'}')"
        ).fetchall()
    person = {subject_id(source, key): who for source, key, who in truth}
    person |= {record_id(source, "cad_person", key): who for source, key, who in truth if source == "cad"}
    hidden = json.loads((sample / "key.json").read_text())["pairs"]
    with (sample / "pairs.csv").open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    for line in lines:
        same = person[hidden[line["pair"]]["subject_a"]] == person[hidden[line["pair"]]["subject_b"]]
        line["judgement"] = "same" if same else "different"
    with (sample / "pairs.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


@pytest.fixture
def desk(office: Any, simulated: Path, settled: Callable[[Path, int], None]) -> Any:
    """An office after its first night, with the truth of its simulated county where the commands look for it."""
    settled(office.home, 1)
    (office.home / "simulated_county").symlink_to(simulated)
    set_simulated_day(Home(office.home), NIGHTS[0])
    return office


def test_a_reviewers_week(desk: Any, delivered: Callable[[Any, date], None], tmp_path: Path) -> None:
    pair, strangers = _pair(desk.home, together=True), _pair(desk.home, together=False)
    _a_link_is_explained_by_its_parts_and_names_nobody(desk, pair, tmp_path / "why.html")
    _records_are_judged_by_name_and_with_a_reason(desk, pair, strangers)
    lines = _cases_are_handed_out_and_taken_back(desk, tmp_path)
    _the_ledger_counts_judgements_and_tells_none(desk, 4 + lines)
    _a_judged_sample_estimates_what_the_truth_says(desk, tmp_path / "sample")
    delivered(desk, NIGHTS[1])
    set_simulated_day(Home(desk.home), NIGHTS[1])
    desk.here("run", "--night", NIGHTS[1].isoformat())
    _the_next_night_obeys_and_history_tells_it(desk, pair, strangers)
    _a_judgement_is_open_again_once_its_record_is_another(desk, pair)


def _a_link_is_explained_by_its_parts_and_names_nobody(desk: Any, pair: tuple[str, str], chart: Path) -> None:
    why = _json(desk, "link", "explain", *pair, "--html", str(chart))
    assert why["standing"] == "linked_by_edge"
    parts = why["prior"] + sum(part["bits"] + part["rarity"] for part in why["evidence"])
    assert parts == pytest.approx(why["match_weight"], abs=1e-3)
    assert chart.stat().st_mode & 0o777 == 0o600
    assert 'src="http' not in chart.read_text()
    assert "before looking (prior)" in _done(desk, "link", "explain", *pair, "--values")
    assert _json(desk, "link", "explain", _withheld(desk.home), pair[0]) == {
        "standing": "withheld",
        "meaning": "withheld: link not permitted",
    }
    unknown = _refused(desk, "link", "explain", "jail:QUARRELWICK", pair[0])
    assert "QUARRELWICK" not in unknown


def _records_are_judged_by_name_and_with_a_reason(desk: Any, pair: tuple[str, str], strangers: tuple[str, str]) -> None:
    decide = ("link", "review", "decide")
    _refused(desk, *decide, "different", "--pair", *pair, "--by", "D. Osei")
    _done(desk, *decide, "different", "--pair", *pair, "--by", "D. Osei", "--why", "two booking photographs")
    judged = _json(desk, *decide, "same", "--pair", *strangers, "--by", "D. Osei", "--why", "one release form names both numbers")
    _done(desk, *decide, "different", "--pair", *strangers, "--by", "M. Vance", "--why", "not convinced")
    assert [(line["pairs"], line["agreed"]) for line in _json(desk, "link", "review", "agreement")] == [(1, 0)]
    assert len(_json(desk, "link", "review", "show", judged["case"])["fields"]) > 2
    assert "systems" not in _json(desk, "link", "review", "show", judged["case"])
    _done(desk, *decide, "same", "--pair", *strangers, "--by", "L. Chief", "--why", "identity card seen", "--final")
    _refused(desk, "link", "review", "show", "0" * 12)


def _cases_are_handed_out_and_taken_back(desk: Any, folder: Path) -> int:
    waiting = _json(desk, "link", "review", "list")
    sheet = folder / "cases.csv"
    exported = _json(desk, "link", "review", "export", "--out", str(sheet))
    assert sheet.stat().st_mode & 0o777 == 0o600
    assert exported["cases"] <= waiting["waiting"]
    with sheet.open(newline="") as stream:
        header, *lines = list(csv.reader(stream))
    for line in lines:
        line[header.index("judgement")], line[header.index("decided_by")], line[header.index("reason")] = "unsure", "D. Osei", "blurred"
    with sheet.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *lines])
    assert _json(desk, "link", "review", "import", str(sheet))["written"] is False
    assert _json(desk, "link", "review", "import", str(sheet), "--write")["judged"]["unsure"] == len(lines)
    bad = folder / "bad.csv"
    bad.write_text("case,judgement,decided_by,reason\nffffffffffff,same,D. Osei,because\n")
    assert "line 2" in desk.type("link", "review", "import", str(bad), "--write", expect=2).stderr
    return len(lines)


def _the_ledger_counts_judgements_and_tells_none(desk: Any, judgements: int) -> None:
    entries = _json(desk, "ledger", "show", "--last", "40")
    assert sum(entry["kind"] == "judged" for entry in entries) == judgements
    assert "photograph" not in json.dumps(entries)


def _a_judged_sample_estimates_what_the_truth_says(desk: Any, sample: Path) -> None:
    assert _json(desk, "link", "sample", "--size", "120", "--seed", "7", "--out", str(sample))["pairs"] == 120
    _judge_by_truth(desk.home, sample)
    found = _json(desk, "link", "sample", "--judged", str(sample / "pairs.csv"), "--write")
    overall = {line["measure"]: line for line in found["estimates"] if line["group"] == "all"}
    truth = json.loads(_typed(desk, "link", "evaluate", "--json").stdout)
    pairs = next(row for row in truth["accuracy"] if (row["scope"], row["by"]) == ("all", "overall"))
    assert overall["precision"]["low"] <= pairs["precision"]["value"] <= overall["precision"]["high"]
    assert overall["recall"]["low"] - 0.02 <= pairs["recall"]["value"] <= overall["recall"]["high"] + 0.02
    assert {row["by"] for row in truth["clusters"]} == {"overall", "race_group", "sex", "age_band", "system", "system_pair"}
    (sample / "key.json").write_text((sample / "key.json").read_text().replace('"seed": 7', '"seed": 8'))
    assert "ledger" in _refused(desk, "link", "sample", "--judged", str(sample / "pairs.csv"))


def _the_next_night_obeys_and_history_tells_it(desk: Any, pair: tuple[str, str], strangers: tuple[str, str]) -> None:
    first, second = (night.isoformat() for night in NIGHTS)
    assert _json(desk, "link", "explain", *pair)["standing"] == "judged_different"
    assert _json(desk, "link", "explain", *strangers)["standing"] == "judged_same"
    before = _json(desk, "link", "history", pair[0], "--on", first, "--as-known", first)
    after = _json(desk, "link", "history", pair[0], "--on", first, "--as-known", second)
    parted = subject_id(*pair[1].split(":"))
    assert parted in {member["record"] for member in before["members"]}
    assert parted not in {member["record"] for member in after["members"]}
    assert "different" in {line["verdict"] for line in after["judged"]}
    moved = _json(desk, "link", "diff", first, second)
    assert moved["merges"] >= 1
    assert moved["splits"] >= 1
    assert sum(row["changed"] for row in moved["groups"] if row["by"] == "system") == moved["changed"]
    audit = _json(desk, "query", "governance/audit", "select distinct standing from linkage_accuracy", "--as-of", second)
    assert "estimated from a judged sample" in json.dumps(audit["rows"])


def _a_judgement_is_open_again_once_its_record_is_another(desk: Any, pair: tuple[str, str]) -> None:
    a, b = sorted(subject_id(*each.split(":")) for each in pair)
    before = _json(desk, "link", "review", "reopened")
    with duckdb.connect(str(desk.home / "registers.duckdb")) as con:
        # As if the record had been another when it was judged.
        judged = "least(subject_a, subject_b) = ? and greatest(subject_a, subject_b) = ?"
        con.execute(f"update review_decision set evidence_hash = 'v1:' || sha256('another') where {judged}", [a, b]).fetchall()
    (found,) = [line for line in _json(desk, "link", "review", "reopened") if line not in before]
    assert (found["judged"], found["still_binds"], found["reviewers"]) == ("different", True, 1)
    assert f"{len(before) + 1} judgements are open again" in _done(desk, "link", "review", "reopened")


def test_a_model_that_is_not_what_its_card_describes_is_not_printed(office: Any, tmp_path: Path) -> None:
    chosen = _json(office, "link", "card")
    assert chosen["verified"] is True
    page = tmp_path / "card.html"
    _done(office, "link", "card", "--format", "html", "--out", str(page))
    assert "<table>" in page.read_text()
    county = tmp_path / "county"
    _done(office, "county", "new", str(county))
    model = county / "linkage" / f"{chosen['model']}.json"
    model.write_text(model.read_text().replace("0.", "0.0", 1))
    office.environment["THROUGHCARE_COUNTY"] = str(county)
    refused = office.type("link", "card", chosen["model"], expect=2)
    assert "not the file its card describes" in refused.stderr
    assert refused.stdout == ""
