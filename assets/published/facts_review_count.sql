-- How many doubtful cases of linkage wait for a person, and why?
select domain, reason, status, count(*) as cases
from linked.review_queue
group by all
