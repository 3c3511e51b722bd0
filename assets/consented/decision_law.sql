-- Which rules of law fit this recipient, these purposes and this operation, whatever the labels and the clause?
select
    rule_id,
    effect,
    labels,
    lawful_bases,
    to_owner,
    kinds,
    accepts,
    instrument,
    population,
    unless,
    case
        when operations <> [] or recipients <> [] or not to_owner then 'law_denies'
        when labels = [] then 'purpose_prohibited'
        when purposes = [] then 'label_banned'
        when list_contains(labels, 'part2') then 'part2_proceeding'
        else 'law_denies'
    end as ban_reason
from consented.rule
where (purposes = [] or list_has_any(purposes, $purposes))
  and (operations = [] or list_contains(operations, $operation))
  and (recipients = [] or list_contains(recipients, $part))
