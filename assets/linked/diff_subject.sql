-- Whose company changed: for each subject of both sides, was it with the same others before and after?
-- Only subjects that both sides know are compared; a person is its members, whatever its key.
with both_sides as (
    select before.subject_id, before.system, before.person as person_before, after.person as person_after
    from temp.diff_before as before
    join temp.diff_after as after on after.subject_id = before.subject_id
),
company_before as (
    select person_before, md5(string_agg(subject_id, ',' order by subject_id)) as company, count(distinct person_after) as persons, count(*) as subjects
    from both_sides
    group by person_before
),
company_after as (
    select person_after, md5(string_agg(subject_id, ',' order by subject_id)) as company, count(distinct person_before) as persons, count(*) as subjects
    from both_sides
    group by person_after
)
select
    both_sides.subject_id,
    both_sides.system,
    both_sides.person_before,
    both_sides.person_after,
    before.company <> after.company as is_changed,
    before.persons > 1 as is_of_split,
    after.persons > 1 as is_of_merge
from both_sides
join company_before as before on before.person_before = both_sides.person_before
join company_after as after on after.person_after = both_sides.person_after
