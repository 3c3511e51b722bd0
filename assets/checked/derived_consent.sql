-- Which admitted consents lack something that the law requires of their kind? An unknown kind lacks everything.
with missing as (
    select
        admitted.*,
        list_filter(
            [
                case when coalesce(discloser, '') = '' then 'no_discloser' end,
                case when len(coalesce(recipients, [])) = 0 then 'no_recipient' end,
                case when len(coalesce(element_classes, [])) = 0 then 'no_description' end,
                case when len(coalesce(purposes, [])) = 0 then 'no_purpose' end,
                case when valid_to is null and expiry_event is null then 'no_expiry' end,
                case when signed_by is null then 'no_signature' end,
                case when signed_at is null then 'no_signature_date' end
            ],
            lambda word: word is not null
        ) as lacks
    from temp.admitted as admitted
),
required as (
    select missing.*, list_filter(lacks, lambda word: list_contains($defects_of, coalesce(kind, '') || '.' || word)) as defects
    from missing
)
select
    * exclude (lacks, defects),
    kind is null or len(defects) > 0 as is_defective,
    case when kind is null then 'unknown_kind' else nullif(array_to_string(defects, ', '), '') end as defect
from required
