"""I'm running late! Take my next event of today, ask by how many minutes I'm late, let me select a contact and send them a message with the event's title, my new arrival time and an apology."""
event = is_workflow_actions_getupcomingevents(WFDateSpecifier="Today")
minutes = ask("Minutes late?", type="Number", default=10)
start = is_workflow_actions_properties_calendarevents(WFInput=event, WFContentItemPropertyName="Start Date")
arrival = is_workflow_actions_adjustdate(WFDate=start, WFDuration=quantity(minutes, "min"))
time = is_workflow_actions_format_date(WFDate=arrival, WFDateFormatStyle="None")
contact = is_workflow_actions_selectcontacts()
is_workflow_actions_sendmessage(WFSendMessageActionRecipients=contact, WFSendMessageContent=f"Sorry, I'll be at {get_property(event, 'Title')} at {time}.")
