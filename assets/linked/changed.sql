-- Of the subjects standardised again, whose comparable values really differ? A new hash alone changes nothing.
with opened as (
    select * exclude (identity_hash) from temp.linked_opened
),
closed as (
    select * exclude (identity_hash) from temp.linked_closed
)
select subject_id from (select * from opened except select * from closed)
union
select subject_id from (select * from closed except select * from opened)
