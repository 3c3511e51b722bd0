-- How many decisions have each reason? decisions.py puts the names of one target's tables in the place of decision_row and decision_answer.
select answer.reason, sum(decided.number)::bigint as decisions
from (select answer_id, count(*) as number from decision_row group by answer_id) as decided
join decision_answer as answer using (answer_id)
group by answer.reason
order by answer.reason
