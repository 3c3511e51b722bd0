-- How common is each given name and surname among different people, as far as they can be told apart without linking?
-- One person written down sixty times must not make a rare name look common: equal name and birth month count once.
with someone as (
    select distinct first_name, last_name, birth_ym from temp.linked_feature
),
counted as (
    select 'first_name' as column_name, first_name as value, count(*) as seen from someone where first_name is not null group by first_name
    union all
    select 'last_name', last_name, count(*) from someone where last_name is not null group by last_name
),
total as (
    select column_name, sum(seen) as everyone from counted group by column_name
)
select counted.column_name, counted.value, counted.seen, total.everyone
from counted
join total using (column_name)
order by counted.column_name, counted.value
