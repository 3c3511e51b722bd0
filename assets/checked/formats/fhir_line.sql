-- Which lines does a file of resources have, in their order?
-- No byte of sound JSON text is chr(1), so that each line is one field whatever it holds.
select line
from read_csv(
    $path, columns = {'line': 'VARCHAR'}, delim = chr(1), quote = '', escape = '', comment = '', header = false, auto_detect = false,
    max_line_size = 16777216, buffer_size = 33554432, strict_mode = false
)
where trim(line, ' ' || chr(9)) <> ''
