-- From which subjects does tonight's change spread: touched and removed ones, ends of edges that moved, and subjects that a person has judged?
select subject_id from temp.linked_touched
union
select subject_id from temp.linked_removed
union
select subject_a from temp.linked_moved_edge
union
select subject_b from temp.linked_moved_edge
union
select subject_a from temp.linked_decision
union
select subject_b from temp.linked_decision
