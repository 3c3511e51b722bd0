-- Which admitted 911 events concern behavioural health, by what they turned out to be?
select admitted.*, coalesce(list_contains($behavioral_health_types, coalesce(final_call_type, initial_call_type)), false) as is_behavioral_health
from temp.admitted as admitted
