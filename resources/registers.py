"""The append-only registers: what must survive when the warehouse is rebuilt.

Belongs here: the migrations of ``registers.duckdb``. Does not belong here: warehouse tables, which are disposable.
A migration that has shipped is never edited; a change is a new migration at the end.
"""

from __future__ import annotations

MIGRATIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "intake, nights, persons",
        (
            """create table registers.main.intake (
                   source varchar not null, sha256 varchar not null, night date not null, verdict varchar not null,
                   manifest varchar not null, primary key (source, sha256))""",
            """create table registers.main.night_item (
                   night date not null, kind varchar not null, name varchar not null, sha256 varchar,
                   verdict varchar not null, primary key (night, kind, name))""",
            """create table registers.main.person (
                   domain varchar not null, sequence bigint not null, person_key varchar not null, created_on date not null,
                   retired_on date, redirect_to varchar, primary key (domain, sequence))""",
            """create table registers.main.membership (
                   domain varchar not null, subject_id varchar not null, person_key varchar not null,
                   known_from date not null, known_to date)""",
            """create table registers.main.person_event (
                   night date not null, domain varchar not null, event varchar not null, person_key varchar not null,
                   other_key varchar, subjects bigint not null)""",
            """create table registers.main.review_decision (
                   subject_a varchar not null, subject_b varchar not null, decision varchar not null, decided_by varchar not null,
                   decided_on date not null, reason varchar not null, evidence_hash varchar not null)""",
        ),
    ),
    (
        "review decisions in the order they were made",
        (
            "alter table registers.main.review_decision add column number bigint",
            "alter table registers.main.review_decision add column decided_at timestamp",
            "alter table registers.main.review_decision add column is_final boolean default false",
        ),
    ),
    (
        "linkage accuracy from judged samples",
        (
            """create table registers.main.linkage_accuracy (
                   sample varchar not null, estimated_on date not null, night date not null, model varchar not null,
                   grouped_by varchar not null, group_name varchar not null, measure varchar not null,
                   value double, low double, high double, judged bigint not null, pairs bigint not null)""",
        ),
    ),
    (
        "columns that changed",
        (
            """create table registers.main.schema_drift (
                   night date not null, source varchar not null, feed varchar not null, kind varchar not null, column_name varchar,
                   column_position integer, column_hash varchar, similarity double, action varchar not null)""",
        ),
    ),
    (
        "disclosures by row, person by person",
        (
            """create table registers.main.disclosure (
                   recipient varchar not null, product varchar not null, table_name varchar not null, under_subject varchar,
                   about_subject varchar not null, record_type varchar not null, columns varchar[] not null, clause_ids varchar[] not null,
                   consent_ids varchar[] not null, bases varchar[] not null, labels varchar[] not null, purposes varchar[] not null,
                   first_version varchar not null, last_version varchar not null, first_night date not null, last_night date not null)""",
        ),
    ),
    (
        "consents on paper, and what was taken back at the office",
        (
            """create table registers.main.paper_consent (
                   consent_id varchar not null primary key, subject_id varchar not null, system varchar not null, source varchar not null,
                   kind varchar not null, form_id varchar not null, form_version varchar not null, discloser varchar, recipients varchar[],
                   purposes varchar[], element_classes varchar[], provision_type varchar not null, valid_from date, valid_to date,
                   signed_at timestamp, signed_by varchar, recorded_on date not null, recorded_by varchar not null,
                   reason varchar not null)""",
            """create table registers.main.paper_revocation (
                   consent_id varchar not null, revoked_at timestamp not null, recorded_on date not null, recorded_by varchar not null,
                   reason varchar not null)""",
        ),
    ),
    (
        "erasures, denies known from elsewhere, secrets by fingerprint",
        (
            # By the integrator's own ids, so that what is delivered again is known again; no value of the row.
            """create table registers.main.erasure (
                   erasure_id varchar not null, kind varchar not null, id varchar not null, reason varchar not null,
                   from_night date not null, recorded_by varchar not null, why varchar not null, primary key (kind, id))""",
            """create table registers.main.replayed_deny (
                   subject_id varchar not null, reason varchar not null, operation varchar, recipient varchar, element_class varchar,
                   from_night date not null, recorded_on date not null)""",
            """create table registers.main.secret (
                   name varchar not null primary key, fingerprint varchar not null, since date not null, destroyed_on date)""",
            """create table registers.main.key_epoch (
                   recipient varchar not null, product varchar not null, epoch integer not null, since date not null,
                   told boolean not null, recorded_by varchar not null, reason varchar not null,
                   primary key (recipient, product, epoch))""",
        ),
    ),
    (
        "what was released of aggregate tables, and the approval of public releases",
        (
            """create table registers.main.release_cell (
                   recipient varchar not null, product varchar not null, version varchar not null, night date not null,
                   decided_on date not null, table_name varchar not null, column_name varchar not null, place varchar not null,
                   universe varchar, group_of varchar, value bigint, is_small boolean not null, mark varchar not null,
                   period_start date, period_end date)""",
            """create table registers.main.release_step (
                   release varchar not null, product varchar not null, version varchar not null, step varchar not null,
                   night date not null, taken_by varchar not null, taken_at timestamp not null, reason varchar not null,
                   content_sha256 varchar not null, verdict varchar not null)""",
        ),
    ),
    (
        "consents on paper: periods of records, what is left out, what ends them",
        tuple(
            f"alter table registers.main.paper_consent add column {column}"
            for column in (
                "data_from date",
                "data_to date",
                "not_revocable_before date",
                "expiry_event varchar",
                "expiry_event_open boolean",
                "excluded_recipients varchar[]",
                "excluded_classes varchar[]",
                "excluded_purposes varchar[]",
            )
        ),
    ),
    (
        "what the first attempt at a night said of each delivery",
        (
            # So that a warehouse that is built again knows through which night a source was complete; counts and words, no value.
            """create table registers.main.first_attempt (
                   night date not null, source varchar not null, rows varchar not null, reason varchar not null, complete_through date,
                   primary key (night, source))""",
        ),
    ),
)
"""(name, statements) in order; position is the migration's number."""
