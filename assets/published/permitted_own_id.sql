-- Which own ids of denied people may one table of a product show all the same, because something else permits a row under them?
select distinct own_id.own_id
from consented.own_id as own_id
join consented.deny as denied on denied.subject_id = own_id.subject_id
join linked.membership as own on own.subject_id = own_id.subject_id
where exists (
        select 1
        from temp.product_decision as decision
        where decision.subject_id = own_id.subject_id
          and decision.verdict = 'permit'
          and decision.element = own_id.source || '.source_person_id'
    )
  and exists (
        select 1
        from temp.product_decision as decision
        join linked.membership as other on other.subject_id = decision.subject_id
        where other.person_key = own.person_key
          and decision.verdict = 'permit'
          and list_contains($presences, decision.element)
    )
order by own_id
