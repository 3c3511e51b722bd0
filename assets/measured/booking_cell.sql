-- In which cells is each counted booking, with what each kind of evidence says of serious mental illness?
-- A kind of evidence that cannot be asked of a booking (who had left before the landmark) has no cell.
with placed as (
    select
        each.booking_no,
        split.split_no,
        split.breakdown in ('ALL', 'race_group') as by_every_evidence,
        each.statuses
    from (
        select
            booking_no,
            domain,
            [
                0,
                list_position(['positive', 'negative', 'unknown'], either),
                list_position(['positive', 'negative', 'unknown'], bjmhs),
                list_position(['positive', 'negative', 'unknown'], smi_dx_proxy),
                list_position(['positive', 'negative', 'unknown'], screen),
                list_position(['positive', 'negative', 'unknown'], evidence_early),
                list_position(['positive', 'negative', 'unknown'], landmark)
            ] as statuses,
            unnest(splits) as split_of
        from scope.counted_booking
    ) as each
    join scope.split
        on split.domain = each.domain and split.breakdown = each.split_of.breakdown and split.category = each.split_of.category
)
select placed.booking_no, (placed.split_no * 32 + evidence.no * 4 + placed.statuses[evidence.no + 1])::integer as cell
from placed
cross join (select unnest(range(0, 7)) as no) as evidence
where placed.statuses[evidence.no + 1] is not null and (placed.by_every_evidence or evidence.no <= 1)
