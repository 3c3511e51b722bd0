-- What do hard facts say of each pair of subjects: must they be two people, and do their birth dates and given names speak for or against one?
-- A state id, a suffix, or two ids of a system that gives everybody one forbids. Dates and names can be misspelt, so within a group of
-- records the majority of pairs decides (cluster.py); a single pair whose own dates or names speak against it is vetoed. Twins and household
-- members share everything but what is asked here.
-- One edit with transpositions is at most two without, which DuckDB counts several times faster.
-- Materialized twice: else the last condition is pushed down to the pairs and everything is asked of them once more.
with pair as materialized (
    select
        pair.subject_a,
        pair.subject_b,
        len(a.state_ids) > 0 and len(b.state_ids) > 0 as have_state_ids,
        len(a.ssn4s) > 0 and len(b.ssn4s) > 0 as have_ssn4s,
        len(a.dobs) > 0 and len(b.dobs) > 0 as have_birth_dates,
        a.suffix <> b.suffix as is_other_suffix,
        a.system = b.system and one_id.system is not null as are_two_ids,
        a.first_name is null or b.first_name is null as lacks_given_name,
        coalesce(length(a.birth_ym), 0) < 7 or coalesce(length(b.birth_ym), 0) < 7 or a.last_name is null or b.last_name is null
            as lacks_birth_date_or_surname,
        list_has_any(a.last_names, b.last_names) as same_surname,
        list_has_any(a.phones, b.phones) or list_has_any(a.addresses, b.addresses) as same_contact,
        list_has_any(a.sure_dobs, b.sure_dobs) as same_birth_date,
        list_has_any(a.state_ids, b.state_ids) as same_state_id,
        list_has_any(a.ssn4s, b.ssn4s) as same_ssn4,
        -- Two written dates may be one date: equal, day and month swapped, one digit or one part wrong, or 1 January for "that year".
        -- Equal values first: most pairs are settled by them, and spelling is compared for the others only.
        case
            when list_has_any(a.dob_variants, b.dob_variants) then true
            else len(list_filter(a.dobs, lambda x: len(list_filter(b.dobs, lambda y:
                (levenshtein(x, y) <= 2 and damerau_levenshtein(x, y) <= 1)
                or (x[1:4] = y[1:4])::int + (x[6:7] = y[6:7])::int + (x[9:10] = y[9:10])::int >= 2
                or (x[1:4] = y[1:4] and (x[6:] = '01-01' or y[6:] = '01-01'))
            )) > 0)) > 0
        end as is_near_birth_date,
        case
            when list_has_any(a.first_roots, b.first_roots)
                or list_contains(a.given_names, b.first_name)
                or list_contains(b.given_names, a.first_name)
                or list_contains(a.last_names, b.first_name)
                or list_contains(b.last_names, a.first_name)
                or (left(a.first_name, 1) = left(b.first_name, 1) and least(length(a.first_name), length(b.first_name)) = 1) then true
            else len(list_filter(a.first_names, lambda x: len(list_filter(b.first_names, lambda y:
                jaro_winkler_similarity(x, y) >= 0.85
                or (levenshtein(x, y) <= 2 and damerau_levenshtein(x, y) <= 1)
                or (least(length(x), length(y)) >= 3 and (starts_with(x, y) or starts_with(y, x)))
            )) > 0)) > 0
        end as is_near_given_name
    from temp.linked_pair as pair
    join temp.linked_feature as a on a.subject_id = pair.subject_a
    join temp.linked_feature as b on b.subject_id = pair.subject_b
    left join linked.one_id_system as one_id on one_id.system = a.system
),
judged as materialized (
    select
        *,
        case
            when have_state_ids and not same_state_id then 'state_id'
            when are_two_ids then 'two_ids_of_one_system'
            when is_other_suffix then 'suffix'
        end as forbidden_by,
        case
            when not have_birth_dates then 0
            when not is_near_birth_date then -1
            -- A wrong digit in the date and another number: one slip is likely, two together are another person.
            when not same_birth_date and not same_ssn4 and have_ssn4s then -1
            else 1
        end as dates,
        case
            when lacks_given_name then 0
            when is_near_given_name or same_state_id or (same_birth_date and same_ssn4) then 1
            else -1
        end as names,
        -- A score made of absent fields links nobody: a shared phone and surname is a household, a shared birth date alone a coincidence.
        -- Without both given names it takes a number, or a birth date beside a surname, or an equal birth date beside a phone or address.
        not same_state_id and not same_ssn4
            and lacks_given_name
            and lacks_birth_date_or_surname
            and not (same_birth_date and same_contact) as is_missing_evidence
    from pair
)
select
    subject_a,
    subject_b,
    forbidden_by is not null as is_forbidden,
    dates,
    names,
    case
        when forbidden_by is not null then forbidden_by
        when dates < 0 and is_near_birth_date then 'ssn4_and_birth_date'
        when dates < 0 then 'birth_date'
        when names < 0 and same_surname and (same_birth_date or same_contact) then 'twin_or_household'
        when names < 0 then 'given_name'
        when is_missing_evidence then 'missing_evidence'
    end as veto
from judged
where forbidden_by is not null or dates <> 0 or names <> 0 or is_missing_evidence
