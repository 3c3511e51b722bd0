-- What became of every row that was delivered, and through which day is each source complete?
select * from linked.source_total
