"""The simulated company served as Salesforce's API: sign-ins, SOQL, Bulk 2.0, errors, limits and faults.

What the company knows and this org cannot show:
- what a person did before the record was merged into another lead (Salesforce drops the loser's history);
- a person's stage after the conversion ('customer' above all): a converted lead is read-only. Who converts stands in
  'Opportunity', who is only attached to somebody else's deal in 'Attached to a deal';
- a link between a person and a deal before the person's lead is converted: until then the contact is a stranger;
- that nobody owns a lead: it then belongs to the integration user that made it;
- that a change came from an import: it shows as an integration user's;
- the reason of an outcome, before it is given as a field of the lead.

Here: the face. Not here: reading it (connectors/salesforce).
"""
