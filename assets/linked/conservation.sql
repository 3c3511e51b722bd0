-- Where did every checked row about a subject go: linked, erased, or left without a person key?
with about_subject as (
    select
        content.record_id,
        erased.record_id is not null as is_erased,
        exists (select 1 from linked.membership as membership where membership.subject_id = content.subject_id) as has_person
    from checked.content as content
    left join (select distinct record_id from consented.erased_record) as erased using (record_id)
    where content.person_role = 'subject'
)
select
    (select count(*) from about_subject) as checked_rows,
    (select count(*) from about_subject where is_erased) as erased_rows,
    (select count(*) from about_subject where not is_erased and not has_person) as rows_without_person,
    (select count(distinct record_id) from linked.content) as linked_rows,
    (select count(*) from (select record_id, domain from linked.content group by record_id, domain having count(*) > 1)) as rows_twice
