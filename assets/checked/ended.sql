-- Of which records does tonight's delivery end what was known?
select record_id from temp.judged where disposition = 'admitted'
union
select record_id from temp.gone
