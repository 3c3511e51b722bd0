-- Who is tied to whom: by an edge that can decide, or as subject and person by last night's memberships?
-- In hashes of ids, each tie in both directions: numbers are followed several times faster than ids in text. Two ids that fall on one hash
-- would only have more subjects resolved anew than need be.
select hash(subject_a) as own, hash(subject_b) as other from temp.linked_relevant_edge
union all
select hash(subject_b), hash(subject_a) from temp.linked_relevant_edge
union all
select hash(subject_id), hash('person', person_key) from registers.main.membership where domain = $domain and known_to is null
union all
select hash('person', person_key), hash(subject_id) from registers.main.membership where domain = $domain and known_to is null
