"""After a sales call: I choose the contact and dictate what we agreed. Draft a mail with the subject "Our call today" and what I said, and remind me in three days to follow up with that person."""
contact = is_workflow_actions_selectcontacts()
agreed = is_workflow_actions_dictatetext()
is_workflow_actions_sendemail(WFSendEmailActionToRecipients=contact, WFSendEmailActionSubject="Our call today", WFSendEmailActionInputAttachments=agreed)
due = is_workflow_actions_adjustdate(WFDate=current_date(), WFDuration=quantity(3, "days"))
is_workflow_actions_addnewreminder(WFCalendarItemTitle=f"Follow up with {contact}", WFAlertEnabled="Alert", WFAlertCustomTime=due)
