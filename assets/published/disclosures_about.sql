-- What was shown of these subjects' records, to whom, in which versions, under which clauses and consents?
select
    disclosure.recipient,
    disclosure.product,
    disclosure.table_name,
    disclosure.record_type,
    list_sort(list_distinct(flatten(list(disclosure.columns)))) as columns,
    list_sort(list_distinct(flatten(list(disclosure.clause_ids)))) as clause_ids,
    list_sort(list_distinct(flatten(list(disclosure.consent_ids)))) as consent_ids,
    list_sort(list_distinct(flatten(list(disclosure.bases)))) as bases,
    list_sort(list_distinct(flatten(list(disclosure.labels)))) as labels,
    list_sort(list_distinct(flatten(list(disclosure.purposes)))) as purposes,
    disclosure.first_version,
    disclosure.last_version,
    disclosure.first_night,
    disclosure.last_night,
    count(distinct disclosure.about_subject) as subjects
from registers.main.disclosure as disclosure
where list_contains($subjects, disclosure.about_subject)
  and disclosure.last_night >= $since
  and disclosure.first_night <= $until
group by all
order by first_night, recipient, product, table_name, record_type, last_night
