-- grain: owner_no. Everybody and everything that can own a record or change one.
select o.owner_no, o.name, o.email, o.team, o.kind, o.left_at from company.owners as o
where o.owner_no < 1000 or o.left_at - interval 364 day < timestamp '{at}'
union all
values
    (905, 'Data Loader', 'loader@vendor.example', null, 'integration', null),
    (906, 'Automated Process', 'autoproc@vendor.example', null, 'system', null)
