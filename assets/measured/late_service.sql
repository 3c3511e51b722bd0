-- Which community services are not known as soon as they begin, so that the moment decides which of them comes first after a release?
select domain, person_key, start_at, known_at, uncounted_from
from scope.matched_contact
where filter_id = 'connection' and (known_at > start_at or uncounted_from is not null)
