-- Who is each known subject to the rules: whose system, which role, erased or not, mixed up or not, of age since when?
with held as (
    select subject_id, count(*) filter (not is_erased) as kept, count(*) filter (is_erased) as erased
    from temp.consented_content
    where record_type <> 'legal_event'
    group by subject_id
),
owner as (select distinct system, agency from consented.element)
select
    subject.subject_id,
    subject.system,
    subject.source,
    coalesce(owner.agency, '') as agency,
    coalesce(subject.person_role, 'unknown') as person_role,
    coalesce(held.erased > 0 and held.kept = 0, false) as is_erased,
    coalesce(subject.is_key_reuse, true) as is_key_reuse,
    subject_age.adult_since
from checked.subject
left join owner using (system)
left join held on held.subject_id = subject.subject_id
left join consented.subject_age on subject_age.subject_id = subject.subject_id
order by subject.subject_id
