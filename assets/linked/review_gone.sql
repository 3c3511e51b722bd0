-- Which cases stood in the queue whose sides were resolved anew tonight? They are found again, if they are still cases.
select queue.rowid as number
from linked.review_queue as queue
where hash(queue.domain, queue.subject_a) in (select number from temp.linked_requeued)
   or hash(queue.domain, queue.subject_b) in (select number from temp.linked_requeued)
