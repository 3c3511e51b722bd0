-- How grave is the gravest charge of each booking?
select
    parent_record_id as record_id,
    case min(case charge_level when 'F' then 1 when 'M' then 2 when 'I' then 3 end) when 1 then 'F' when 2 then 'M' when 3 then 'I' end
        as charge_level
from checked.jail_charge_versions
where known_to is null and parent_record_id is not null
group by parent_record_id
