-- Who is tied as subject and person by the memberships that the register wrote tonight? In hashes, each tie in both directions.
with member as (
    select hash(subject_id) as own, hash('person', person_key) as other
    from registers.main.membership
    where domain = $domain and known_from = $night and known_to is null
)
select own, other from member
union all
select other, own from member
