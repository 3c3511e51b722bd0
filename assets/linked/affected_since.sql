-- Whom did tonight's register take from one person to another, or into its first? In hashes, each tie in both directions.
with moved as (
    select hash('person', now.person_key) as own, coalesce(hash('person', before.person_key), hash(now.subject_id)) as other
    from registers.main.membership as now
    left join registers.main.membership as before
        on before.subject_id = now.subject_id and before.domain = now.domain and before.known_to = $night
    where now.domain = $domain and now.known_from = $night and now.known_to is null
)
select own, other from moved
union all
select other, own from moved
