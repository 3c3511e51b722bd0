-- How many pairs would the blocks hold in which a model learns, and how many subjects share the most common value?
with block as (
    select 'birth date' as rule, count(*) as subjects from temp.linked_feature where dob is not null and not is_held group by dob
    union all
    select 'given name and surname', count(*)
    from temp.linked_feature
    where first_name is not null and last_name is not null and not is_held
    group by first_name, last_name
)
select rule, coalesce(sum(subjects * (subjects - 1) / 2), 0)::bigint as pairs, max(subjects) as largest
from block
group by rule
order by rule
