-- From which sources do the contacts of each system come?
select system, source from scope.step where step = 'contact' and system is not null group by all
