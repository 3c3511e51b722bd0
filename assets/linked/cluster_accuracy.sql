-- How much of what each subject is found with is its own person, and how much of its own person is found with it (B-cubed)?
-- One row a true person, found person and group that the true person is in: subjects, and their precision and recall summed.
with subject as (
    select * from temp.linked_truth
),
found as (
    select domain, person_key, count(*) as found from subject group by domain, person_key
),
own as (
    select domain, person, count(*) as own from subject group by domain, person
),
both_sides as (
    select domain, person_key, person, system, race_group, sex, age_band, count(*) as subjects
    from subject
    group by all
),
shared as (
    select domain, person_key, person, sum(subjects) as shared from both_sides group by domain, person_key, person
),
scored as (
    select
        both_sides.*,
        both_sides.subjects * shared.shared / found.found as precision,
        both_sides.subjects * shared.shared / own.own as recall,
        own.own > 1 as is_seen_again,
        own.own = shared.shared and found.found = shared.shared as is_whole
    from both_sides
    join shared on shared.domain = both_sides.domain and shared.person_key = both_sides.person_key and shared.person = both_sides.person
    join found on found.domain = both_sides.domain and found.person_key = both_sides.person_key
    join own on own.domain = both_sides.domain and own.person = both_sides.person
),
grouped as (
    select *, unnest([
        {'by': 'overall', 'group': 'all'},
        {'by': 'race_group', 'group': race_group},
        {'by': 'sex', 'group': sex},
        {'by': 'age_band', 'group': age_band},
        {'by': 'system', 'group': system}
    ]) as slice
    from scored
)
select
    slice.by as grouped_by,
    slice.group as group_name,
    domain || '|' || person as person,
    sum(subjects)::bigint as subjects,
    sum(precision)::double as precision,
    sum(recall)::double as recall,
    bool_or(is_seen_again) as is_seen_again,
    bool_and(is_whole) as is_whole
from grouped
where slice.group is not null
group by slice.by, slice.group, domain, person
order by all
