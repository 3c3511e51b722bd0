-- Whose pairs must be compared tonight: changed subjects, users of a value that became shared or stopped being so, or all if the rules moved?
with live as (
    select subject_id from linked.standardised where domain = $domain and known_to is null
),
flipped as (
    select kind, value from temp.linked_opened union select kind, value from temp.linked_closed
)
select live.subject_id from live semi join temp.linked_changed as changed on changed.subject_id = live.subject_id
union
select own.subject_id
from temp.linked_value_user as own
semi join flipped on flipped.kind = own.kind and flipped.value = own.value
union
select subject_id from live where $stale
