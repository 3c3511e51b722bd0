-- Of which asked pairs is it not known yet what hard facts say?
select asked.subject_a, asked.subject_b
from temp.linked_asked as asked
anti join temp.linked_known as known on known.subject_a = asked.subject_a and known.subject_b = asked.subject_b
