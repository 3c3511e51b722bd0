-- Which steps can a way through the systems consist of, by number and in words?
select
    (row_number() over (order by system, intercept nulls first))::bigint as step_no,
    system,
    coalesce(intercept, -1) as intercept,
    coalesce(intercept::varchar, '-') || ' ' || system as said
from (select system, intercept from scope.step where step = 'contact' group by system, intercept)
