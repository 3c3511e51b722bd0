-- How many distinct sets of facts are there, and which number has each?
select row_number() over (order by facts) as case_id, facts from (select distinct facts from decision_fact)
