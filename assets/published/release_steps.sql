-- Which public releases were proposed, and what was done with each of them by whom and why?
select release, product, version, step, taken_by, taken_at, reason, content_sha256, verdict
from registers.main.release_step
order by rowid
