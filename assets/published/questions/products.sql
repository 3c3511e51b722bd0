-- Which products are there, for whom and for what?
select product, agency, title, form, purposes, tables
from facts.product
