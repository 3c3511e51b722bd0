-- Which of the asked elements does the county's catalogue hold, and in which system?
select distinct element, system, agency, classes, labels, decided_on from consented.element where list_contains($elements, element)
