-- What does Splink learn from: every subject with its features, its keys and the frequencies of its names?
select
    feature.* exclude (is_held, node),
    coalesce(first_frequency.frequency, rest.first_name) as tf_first_name,
    coalesce(last_frequency.frequency, rest.last_name) as tf_last_name,
    coalesce(keys.block_keys, []) as block_keys
from temp.linked_feature as feature
cross join temp.linked_rest as rest
left join temp.linked_frequency as first_frequency on first_frequency.column_name = 'first_name' and first_frequency.value = feature.first_name
left join temp.linked_frequency as last_frequency on last_frequency.column_name = 'last_name' and last_frequency.value = feature.last_name
left join (
    -- Keys that very many subjects hold say little and would be squared.
    select own.node, list(own.key order by own.key) as block_keys
    from temp.linked_block_key as own
    join (select key from temp.linked_block_key group by key having count(*) <= $cap) as block on block.key = own.key
    group by own.node
) as keys on keys.node = feature.node
where not feature.is_held
order by feature.subject_id
