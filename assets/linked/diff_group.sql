-- How many subjects of each race group and each system have other company than before?
with asserted as (
    select
        subject_id,
        first(
            case when hispanic then 'HISPANIC' when len(races) > 1 or races[1] = 'MULTIPLE' then 'MULTIRACIAL' else races[1] end
            order by coalesce(list_position(['self', 'observed', 'proxy'], method), 4), asserted_on desc nulls last, races
        ) as race_group
    from checked.race_assertion
    where len(races) > 0 or hispanic
    group by subject_id
),
grouped as (
    select
        moved.*,
        unnest([
            {'by': 'race_group', 'group': coalesce(asserted.race_group, 'UNKNOWN')},
            {'by': 'system', 'group': moved.system}
        ]) as slice
    from temp.diff_subject as moved
    left join asserted on asserted.subject_id = moved.subject_id
)
select
    slice.by as grouped_by,
    slice.group as group_name,
    count(*) as subjects,
    count(*) filter (where is_changed) as changed,
    count(*) filter (where is_of_merge and is_changed) as of_merges,
    count(*) filter (where is_of_split and is_changed) as of_splits
from grouped
group by slice.by, slice.group
order by slice.by, slice.group
