-- How many pairs of subjects are one person before, after, and both times?
with both_sides as (
    select person_before, person_after, count(*) as subjects from temp.diff_subject group by person_before, person_after
)
select
    (select coalesce(sum(n * (n - 1) / 2), 0) from (select sum(subjects) as n from both_sides group by person_before))::bigint as pairs_before,
    (select coalesce(sum(n * (n - 1) / 2), 0) from (select sum(subjects) as n from both_sides group by person_after))::bigint as pairs_after,
    (select coalesce(sum(subjects * (subjects - 1) / 2), 0) from both_sides)::bigint as pairs_both
