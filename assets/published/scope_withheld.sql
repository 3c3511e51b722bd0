-- Of how many people was something kept out of each product, and why, as last decided by this night?
select recipient || '/' || product as product, reason, max(people) as people
from published.decision_count
where night = (select max(latest.night) from published.decision_count as latest where latest.night <= $night)
  and reason <> 'permitted'
  and people is not null
group by all
order by all
