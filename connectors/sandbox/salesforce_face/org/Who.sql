-- What an activity can be with, or about.
select "Id", "Name", 'Lead' as "Type", "Email", "FirstName", "LastName" from org."Lead"
union all
select "Id", "Name", 'Contact', "Email", "FirstName", "LastName" from org."Contact"
union all
select "Id", "Name", 'Opportunity', null, null, null from org."Opportunity"
