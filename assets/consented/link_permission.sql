-- May each known subject be compared within each domain of its system tonight, and if not, why?
-- A subject of a system in no domain has one row, without domain, and may not.
with placed as (
    select unnest(systems) as system, domain from consented.link_domain
)
select
    subject.subject_id,
    subject.system,
    placed.domain,
    coalesce(decision.verdict = 'permit' and placed.domain is not null, false) as permitted,
    case
        when decision.reason is null then 'no_clause'
        when decision.reason = 'permitted' and placed.domain is null then 'no_clause'
        else decision.reason
    end as reason,
    case when decision.clause_id is null then []::varchar[] else [decision.clause_id] end as clause_ids,
    decision.consent_id,
    decision.valid_until
from consented.subject
left join placed using (system)
left join temp.link_decision as decision using (subject_id)
order by subject.subject_id, placed.domain
