-- How many independent pairs are as telling as the pairs of truth and as those that were found?
-- The pairs of one much-seen person stand or fall together: Kish's effective size, the square of the sum over the sum of squares.
with of_person as (
    select count(*) * (count(*) - 1) / 2 as pairs from temp.linked_truth where has_birth_date group by domain, person
),
of_key as (
    select count(*) * (count(*) - 1) / 2 as pairs from temp.linked_truth where has_birth_date group by domain, person_key
)
select
    (select coalesce(pow(sum(pairs), 2) / nullif(sum(pairs * pairs), 0), 0) from of_person) as true_pairs,
    (select coalesce(pow(sum(pairs), 2) / nullif(sum(pairs * pairs), 0), 0) from of_key) as found_pairs
