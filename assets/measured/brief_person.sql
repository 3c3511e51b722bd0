-- Who is held at the moment on a stay that will turn out too short to count?
select domain, person_key
from scope.step
where step = 'contact' and start_at < $as_of and uncounted_from >= $as_of
group by domain, person_key
