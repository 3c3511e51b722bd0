-- Where do this person's consents stand?
select state, count(*) as consents from consented.consent_state where list_contains($subjects, subject_id) group by state order by state
