-- What does the jail itself say of how many people it held and booked each day?
select * from checked.jail_count
