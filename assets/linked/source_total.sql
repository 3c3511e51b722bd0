-- How many rows did each source deliver, how many records are known now, and how many of its subjects could be linked?
-- Subjects are counted by source and stand on each of its feeds: a feed has no subjects of its own.
with subject_state as (
    select
        subject.source,
        subject.system,
        subject.subject_id,
        coalesce(bool_or(membership.link_state = 'linked'), false) as is_linked,
        coalesce(bool_and(membership.link_state = 'withheld'), true) as is_withheld
    from checked.subject as subject
    left join linked.membership as membership on membership.subject_id = subject.subject_id
    where subject.person_role = 'subject'
    group by all
),
subject_total as (
    select
        source,
        any_value(system) as system,
        count(*) as subjects,
        count(*) filter (where is_linked) as subjects_linked,
        count(*) filter (where is_withheld) as subjects_withheld
    from subject_state
    group by source
)
select
    disposition.source,
    subject_total.system,
    disposition.feed,
    disposition.record_type,
    sum(disposition.rows_read)::bigint as rows_read,
    sum(disposition.admitted)::bigint as admitted,
    sum(disposition.unchanged)::bigint as unchanged,
    sum(disposition.duplicate)::bigint as duplicate,
    sum(disposition.superseded)::bigint as superseded,
    sum(disposition.refused)::bigint as refused,
    coalesce(any_value(known.records), 0) as admitted_now,
    coalesce(any_value(subject_total.subjects), 0) as subjects,
    coalesce(any_value(subject_total.subjects_linked), 0) as subjects_linked,
    coalesce(any_value(subject_total.subjects_withheld), 0) as subjects_withheld,
    max(disposition.complete_through) as complete_through
from checked.disposition as disposition
left join temp.known_record as known on known.source = disposition.source and known.record_type = disposition.record_type
left join subject_total on subject_total.source = disposition.source
where disposition.night = $night
group by disposition.source, subject_total.system, disposition.feed, disposition.record_type
