-- Which scored pairs, linked or not, are so likely one person that a deny of one reaches the other?
select subject_a, subject_b from linked.edge where match_probability >= $denies_across and veto is null and known_to is null
