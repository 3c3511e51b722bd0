-- How many doubtful cases of linkage wait for a person, and why?
select domain, reason, status, cases
from facts.review_count
