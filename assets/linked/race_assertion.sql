-- What has each system written about the race and ethnicity of each person? Measured, never linkage evidence.
select
    assertion.*,
    membership.person_key,
    membership.domain
from checked.race_assertion as assertion
join linked.membership as membership on membership.subject_id = assertion.subject_id
where not exists (select 1 from consented.erased_record as erased where erased.record_id = assertion.record_id)
