-- Which consents in force tonight reach which subjects, for this recipient, these purposes and this operation, whatever the element?
-- A consent reaches another subject of its person only if both are tied to the person at least as surely as $permits_across.
with sure as (
    select distinct subject_id, person_key from decision_membership where link_confidence >= $permits_across
),
fitting as (
    select consent_id, subject_id, kind, element_classes, valid_to, data_from, data_to
    from consented.consent
    where valid_from <= $night and $night < valid_to
      and list_contains(operations, $operation)
      and list_has_all(recipients, $named_recipients)
      and ($operation = 'link' or list_has_all(purposes, $purposes))
),
reached as (
    from fitting
    union
    select
        fitting.consent_id, other.subject_id, fitting.kind, fitting.element_classes, fitting.valid_to, fitting.data_from, fitting.data_to
    from fitting
    join sure using (subject_id)
    join sure as other on other.person_key = sure.person_key
    where $operation <> 'link'
)
select subject_id, consent_id, kind, element_classes, valid_to, data_from, data_to from reached
