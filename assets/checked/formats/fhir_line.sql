-- Which of these lines are JSON?
select
    _position,
    line,
    try_cast(line as json) as resource
from fhir_text
