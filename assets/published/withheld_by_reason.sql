-- Of how many people are rows withheld from each product, and why, as last decided?
with latest as (
    select recipient, product, max(night) as night from published.decision_count group by all
)
select counted.recipient || '/' || counted.product as product, counted.reason, max(counted.people) as people
from published.decision_count as counted
join latest using (recipient, product, night)
where counted.people > 0 and counted.reason <> 'permitted'
group by all
order by all
