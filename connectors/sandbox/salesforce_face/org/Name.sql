-- What an owner can be.
select "Id", "Name", 'User' as "Type", "IsActive", "UserRoleId", "ProfileId", "Email", "FirstName", "LastName", "Username" from org."User"
union all
select "Id", "Name", 'Queue', null, null, null, "Email", null, null, null from org."Group"
