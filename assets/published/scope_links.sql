-- How many subjects does each system know, and how do they stand in the linkage?
select system, link_state, count(*) as subjects from linked.membership group by all order by all
