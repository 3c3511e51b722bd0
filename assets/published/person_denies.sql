-- What has this person, or the law, taken away, from whom, and since when?
select
    reason,
    coalesce(recipient, 'everybody') as recipient,
    coalesce(element_class, 'everything') as element_class,
    min(from_night) as since
from consented.deny
where list_contains($subjects, subject_id) and from_night <= $night
group by all
order by since, reason, recipient, element_class
