-- Which products showed rows that draw on records of the people an erasure concerns, and until which version?
with concerned as (
    select unnest($subjects) as subject_id
    union
    select observed.subject_id from checked.observation_versions as observed where list_contains($records, observed.record_id)
)
select disclosure.recipient || '/' || disclosure.product as product, max(disclosure.last_version) as last_version
from registers.main.disclosure as disclosure
where disclosure.about_subject in (from concerned) or disclosure.under_subject in (from concerned)
group by all
order by all
