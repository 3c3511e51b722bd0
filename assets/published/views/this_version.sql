-- Of which night is this file, until when may it be read, and from how many people on are figures shown?
-- Tables of a product are of one night, the newest one; an older or later one is another file.
select
    any_value(value) filter (where name = 'title') as title,
    any_value(value) filter (where name = 'night') as night,
    any_value(value) filter (where name = 'as_of') as as_of,
    any_value(value) filter (where name = 'valid_until') as valid_until,
    any_value(value) filter (where name = 'minimum_cell') as minimum_cell
from _about
