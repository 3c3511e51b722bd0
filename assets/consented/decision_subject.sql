-- Which facts bear on each subject, whatever the rows and the element? Equal lists of facts have equal numbers; 0 is the empty list.
with consents as (
    select subject_id, list_sort(list_distinct(list({'kind': kind, 'element_classes': element_classes}))) as consents
    from decision_consent group by subject_id
),
denies as (
    select subject_id, list_sort(list({'reason': reason, 'element_class': element_class})) as denies
    from (select distinct subject_id, reason, element_class from decision_deny)
    group by subject_id
),
orders_numbered as (select subject_id, authorities, orders_id from decision_authority where booking_id is null),
consents_numbered as (select *, dense_rank() over (order by consents) as consents_id from consents),
denies_numbered as (select *, dense_rank() over (order by denies) as denies_id from denies),
sure as (
    select distinct subject_id, person_key from decision_membership where link_confidence >= $permits_across
),
in_custody as (
    select subject_id from consented.custody where booked_at <= $as_of and (released_at is null or $as_of < released_at)
),
client as (
    select subject_id from consented.subject where agency = $recipient and person_role = $subject_role
),
-- A fact about a person holds for every subject tied to it so surely.
custody_person as (
    select subject_id from in_custody
    union
    select other.subject_id from in_custody join sure using (subject_id) join sure as other on other.person_key = sure.person_key
),
client_person as (
    select subject_id from client
    union
    select other.subject_id from client join sure using (subject_id) join sure as other on other.person_key = sure.person_key
)
select
    subject.subject_id,
    subject.system,
    subject.agency,
    subject.person_role is not distinct from $subject_role as is_subject,
    subject.is_erased,
    subject.is_key_reuse,
    coalesce(subject.adult_since <= $night, false) as is_adult,
    custody_person.subject_id is not null as is_in_custody,
    client_person.subject_id is not null as is_client,
    coalesce(consents_numbered.consents_id, 0) as consents_id,
    coalesce(denies_numbered.denies_id, 0) as denies_id,
    coalesce(orders_numbered.orders_id, 0) as orders_id,
    coalesce(consents_numbered.consents, []) as consents,
    coalesce(denies_numbered.denies, []) as denies
from consented.subject
left join custody_person using (subject_id)
left join client_person using (subject_id)
left join consents_numbered using (subject_id)
left join denies_numbered using (subject_id)
left join orders_numbered using (subject_id)
where subject.system in (select system from decision_element)
