-- Which sets of labels do the rows of each subject carry, and what does the subject as a whole carry?
-- Rows of a booking that a court order names are a set of their own: the order is about no other booking.
with row_group as (
    select
        subject_id,
        record_type,
        array_to_string(list_sort(list_distinct(labels)), $separator) as labels_key,
        ordered_booking,
        -- Rows that spell the same labels are decided together, under everything any of them is.
        list_sort(list_distinct(flatten(list(list_concat(
            labels,
            list_concat(
                case when has_age and is_juvenile is distinct from false then ['juvenile'] else [] end,
                case when has_programme and is_part2 is distinct from false then ['part2'] else [] end
            )
        ))))) as labels
    from temp.consented_content
    where not is_erased
    group by subject_id, record_type, labels_key, ordered_booking
),
whole as (
    select subject_id, list(labels) as sets from row_group where record_type <> 'legal_event' group by subject_id
),
together as (
    select
        subject.subject_id,
        subject.system,
        subject.adult_since is null or $night < subject.adult_since as is_minor,
        whole.sets is null as is_bare,
        coalesce(list_distinct(flatten(whole.sets)), []) as any_row,
        -- A subject of a health system none of whose records names a programme may be anybody's patient: Part 2.
        whole.sets is null and subject.system in (
            select system from consented.element where record_type = 'health_encounter'
        ) as has_unknown_programme,
        whole.sets
    from consented.subject
    left join whole using (subject_id)
),
identity_group as (
    select
        subject_id,
        system,
        -- Identity is compared tonight: age tonight decides, every other label of any row counts.
        list_sort(list_distinct(list_concat(
            list_filter(any_row, lambda label: label <> 'juvenile'),
            list_concat(
                case when is_minor then ['juvenile'] else [] end,
                case when has_unknown_programme then ['part2'] else [] end
            )
        ))) as labels
    from together
),
present_group as (
    select
        subject_id,
        system,
        -- That a person appears in a source is shown by its least restricted row.
        case
            when is_bare then list_sort(list_concat(
                case when is_minor then ['juvenile'] else [] end,
                case when has_unknown_programme then ['part2'] else [] end
            ))
            else list_sort(list_filter(any_row, lambda label: len(list_filter(sets, lambda one: not list_contains(one, label))) = 0))
        end as labels
    from together
)
select row_group.subject_id, subject.system, row_group.record_type as decided_on, row_group.labels_key, row_group.ordered_booking, row_group.labels
from row_group
join consented.subject using (subject_id)
union all by name
select subject_id, system, '__identity__' as decided_on, '' as labels_key, labels from identity_group
union all by name
select subject_id, system, '__present__' as decided_on, '' as labels_key, labels from present_group
