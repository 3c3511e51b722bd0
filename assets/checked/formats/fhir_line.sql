-- What are the lines of this file, in their order, and which of them are JSON?
select
    row_number() over () as _position,
    line,
    try_cast(line as json) as resource
from read_csv(
    $path,
    columns = {'line': 'VARCHAR'},
    header = false,
    auto_detect = false,
    delim = chr(1),
    quote = '',
    escape = '',
    strict_mode = false,
    max_line_size = $longest
)
where trim(line) <> ''
