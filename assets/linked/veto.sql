-- Which candidate pairs cannot be one person whatever their weight, and why?
-- Hard facts outrank probabilities: twins and household members share everything but what is asked here.
with pair as (
    select
        pair.subject_a,
        pair.subject_b,
        a as a,
        b as b,
        list_has_any(a.dobs, b.dobs) as same_birth_date,
        -- Two written dates may be one date: equal, day and month swapped, one digit wrong, or one part wrong.
        len(a.dobs) > 0 and len(b.dobs) > 0 and not list_has_any(a.dob_variants, b.dob_variants)
            and len(list_filter(a.dobs, lambda x: len(list_filter(b.dobs, lambda y:
                damerau_levenshtein(x, y) <= 1
                or (x[1:4] = y[1:4])::int + (x[6:7] = y[6:7])::int + (x[9:10] = y[9:10])::int >= 2
            )) > 0)) = 0 as other_birth_date,
        a.first_name is not null and b.first_name is not null
            and not list_has_any(a.first_roots, b.first_roots)
            and not list_contains(a.given_names, b.first_name)
            and not list_contains(b.given_names, a.first_name)
            and not list_contains(a.last_names, b.first_name)
            and not list_contains(b.last_names, a.first_name)
            and not (left(a.first_name, 1) = left(b.first_name, 1) and least(length(a.first_name), length(b.first_name)) = 1)
            and len(list_filter(a.first_names, lambda x: len(list_filter(b.first_names, lambda y:
                jaro_winkler_similarity(x, y) >= 0.85 or damerau_levenshtein(x, y) <= 1
            )) > 0)) = 0 as other_given_name
    from temp.linked_pair as pair
    join temp.linked_feature as a on a.subject_id = pair.subject_a
    join temp.linked_feature as b on b.subject_id = pair.subject_b
),
judged as (
    select
        subject_a,
        subject_b,
        case
            when len(a.state_ids) > 0 and len(b.state_ids) > 0 and not list_has_any(a.state_ids, b.state_ids) then 'state_id'
            when a.suffix <> b.suffix then 'suffix'
            when other_birth_date then 'birth_date'
            when len(a.ssn4s) > 0 and len(b.ssn4s) > 0 and not list_has_any(a.ssn4s, b.ssn4s)
                 and len(a.dobs) > 0 and len(b.dobs) > 0 and not same_birth_date then 'ssn4_and_birth_date'
            when other_given_name
                 and not list_has_any(a.state_ids, b.state_ids)
                 and not (same_birth_date and list_has_any(a.ssn4s, b.ssn4s))
                then case
                    when list_has_any(a.last_names, b.last_names)
                         and (same_birth_date or list_has_any(a.addresses, b.addresses) or list_has_any(a.phones, b.phones))
                        then 'twin_or_household'
                    else 'given_name'
                end
        end as veto
    from pair
)
select subject_a, subject_b, veto from judged where veto is not null
