-- Of which nights does the register tell other events than the warehouse shows?
-- Each night as one number that ignores the order of rows. A night is told again whole or not at all: what happened to persons is never
-- changed afterwards, but a night may be taken back, and a register restored.
with told as (
    select night, sum(hash(event)) as number from registers.main.person_event as event group by night
),
shown as (
    select night, sum(hash(event)) as number from linked.person_event as event group by night
)
select coalesce(told.night, shown.night) as night
from told
full join shown on shown.night = told.night
where told.number is distinct from shown.number
