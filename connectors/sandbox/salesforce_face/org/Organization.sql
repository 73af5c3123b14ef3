select
    org.id18('00D', 1000 + {seed}) as "Id",
    'Simulated company' as "Name",
    '{zone}' as "TimeZoneSidKey",
    'en_US' as "LanguageLocaleKey",
    'en_US' as "DefaultLocaleSidKey",
    1 as "FiscalYearStartMonth",
    false as "UsesStartDateAsFiscalYearName",
    true as "IsSandbox",
    'Enterprise Edition' as "OrganizationType",
    'EU99S' as "InstanceName",
    timestamp '2020-01-01' as "CreatedDate",
    timestamp '2020-01-01' as "LastModifiedDate",
    timestamp '2020-01-01' as "SystemModstamp"
