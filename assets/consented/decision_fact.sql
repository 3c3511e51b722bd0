-- Which facts bear on each subject and set of row labels, whatever the element?
-- Units with equal facts get equal decisions.
with scope as (
    select subject_id, list_sort(list_distinct(list({'kind': kind, 'element_classes': element_classes}))) as consents
    from decision_consent group by subject_id
),
denied as (
    select subject_id,
        list_sort(list({'reason': reason, 'element_class': element_class})) as denies
    from (select distinct subject_id, reason, element_class from decision_deny)
    group by subject_id
),
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
),
about_subject as (
    select
        subject.subject_id,
        label_group.labels_key as labels,
        {
            'system': subject.system,
            'agency': subject.agency,
            'decided_on': label_group.decided_on,
            'labels': label_group.labels,
            'is_subject': subject.person_role = $subject_role,
            'is_erased': subject.is_erased,
            'is_key_reuse': subject.is_key_reuse,
            'population': list_filter(
                [
                    case when subject.adult_since <= $night then 'adult' end,
                    case when custody_person.subject_id is not null then 'in_custody' end,
                    case when client_person.subject_id is not null then 'client_of_recipient' end
                ],
                lambda word: word is not null
            ),
            'consents': coalesce(scope.consents, []),
            'denies': coalesce(denied.denies, [])
        } as facts
    from consented.subject
    join consented.label_group using (subject_id)
    left join custody_person using (subject_id)
    left join client_person using (subject_id)
    left join scope using (subject_id)
    left join denied using (subject_id)
    where label_group.decided_on in (select decided_on from decision_element)
),
about_nobody as (
    select distinct
        null as subject_id,
        '' as labels,
        {
            'system': system, 'agency': agency, 'decided_on': '', 'labels': []::varchar[], 'is_subject': true, 'is_erased': false,
            'is_key_reuse': false, 'population': []::varchar[], 'consents': [], 'denies': []
        } as facts
    from decision_element
    where decided_on = ''
)
from about_subject
union all by name
from about_nobody
