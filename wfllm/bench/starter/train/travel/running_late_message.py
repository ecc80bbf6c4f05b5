"""I'm on my way and people keep asking. Take the address I pass in, estimate how long I'll drive from here, and text the people I choose something like "I'll be there in 25 min"."""
trip = is_workflow_actions_gettraveltime(WFDestination=shortcut_input())
people = is_workflow_actions_selectcontacts(WFSelectMultiple=True)
is_workflow_actions_sendmessage(WFSendMessageActionRecipients=people, WFSendMessageContent=f"I'll be there in {trip}.")
