-- Under which sources is a person known of whom something is erased, and how many people of theirs stay?
select subject.source, count(distinct membership.subject_id) as people
from registers.main.membership as membership
join checked.subject as subject on subject.subject_id = membership.subject_id
where membership.known_to is null
  and list_contains($people, membership.person_key)
  and not list_contains($subjects, membership.subject_id)
group by subject.source
order by subject.source
