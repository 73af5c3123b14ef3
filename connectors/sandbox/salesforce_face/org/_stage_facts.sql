-- grain: crm_stage. What each stage of a deal says of it.
select * from (
    values
        ('qualification', 10, 'Pipeline'), ('proposal', 50, 'Best Case'), ('negotiation', 80, 'Commit'),
        ('discovery', 20, 'Pipeline'), ('evaluation', 40, 'Best Case'), ('legal', 90, 'Commit'),
        ('sales_won', 100, 'Closed'), ('enterprise_won', 100, 'Closed'), ('sales_lost', 0, 'Omitted'), ('enterprise_lost', 0, 'Omitted')
) as f(crm_stage, probability, forecast)
