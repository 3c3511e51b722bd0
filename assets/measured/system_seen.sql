-- In which link domains does this scope have contacts of which systems?
select domain, system from scope.person_timeline group by all order by all
