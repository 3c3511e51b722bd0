-- Which people of this product went into another or were parted, under the product's own names, and how many of their subjects moved?
-- Told only of subjects the product may hold rows of, and only where it may know somebody on the other side as well: that a known person
-- went together with an unknown one would tell that there is an unknown one.
with permitted as (
    select distinct subject_id from temp.product_decision where verdict = 'permit' and subject_id is not null
),
moved as (
    select earlier.domain, earlier.known_to as night, earlier.person_key as old_key, later.person_key as new_key
    from registers.main.membership as earlier
    join registers.main.membership as later
        on later.domain = earlier.domain and later.subject_id = earlier.subject_id and later.known_from = earlier.known_to
    join permitted on permitted.subject_id = earlier.subject_id
    where earlier.person_key <> later.person_key
)
select moved.night, event.event as kind, old_name.pseudonym as old_key, new_name.pseudonym as new_key, count(*) as subjects
from moved
join registers.main.person_event as event
    on event.domain = moved.domain
    and event.night = moved.night
    and event.person_key = moved.new_key
    and event.other_key = moved.old_key
    and event.event in ('merge', 'split')
join temp.product_pseudonym as old_name on old_name.person_key = moved.old_key
join temp.product_pseudonym as new_name on new_name.person_key = moved.new_key
where $by_row
  and exists (
      select 1
      from registers.main.membership as stayed
      join permitted on permitted.subject_id = stayed.subject_id
      where stayed.domain = moved.domain
        and stayed.person_key = case event.event when 'merge' then moved.new_key else moved.old_key end
        and stayed.known_from < moved.night
        and (stayed.known_to is null or stayed.known_to > moved.night)
  )
group by all
union all
-- A new key of the product gives everybody a new name; told only where the rotation said that the recipient may know both.
select former.since as night, 'renamed' as kind, former.pseudonym as old_key, now.pseudonym as new_key, 1 as subjects
from temp.former_pseudonym as former
join temp.product_pseudonym as now on now.person_key = former.person_key
where $by_row
